"""Who uses the console, and what each role may do. Pure."""

from typing import Literal, assert_never

from schemas.actors import Actor
from schemas.frozen import AgencyId, Frozen

Role = Literal["operator", "supervisor", "agency", "commission", "auditor", "administrator"]

Permission = Literal["watch", "act", "decide"]
"""`watch`: see the board, lists and cases. `act`: give commands of the centre's staff. `decide`: decide on
the Commission's agenda."""

MAY: dict[Permission, frozenset[Role]] = {
    "watch": frozenset({"operator", "supervisor", "commission", "auditor"}),
    "act": frozenset({"operator", "supervisor"}),
    "decide": frozenset({"commission"}),
}
"""Which roles may do what. An agency's people and administrators have pages of their own, not built yet."""


class Person(Frozen):
    """A person who signed in. `subject` is the account's stable id, no name: it stands in tables and logs."""

    subject: str
    role: Role
    agency_id: AgencyId | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the person's role may do that."""
        return self.role in MAY[permission]

    @property
    def actor(self) -> Actor:
        """In whose name the person's commands are given."""
        match self.role:
            case "operator" | "supervisor" | "auditor" | "administrator":
                return Actor(kind="staff", id=self.subject)
            case "commission":
                return Actor(kind="commission", id=self.subject)
            case "agency":
                return Actor(kind="agency", id=self.agency_id or self.subject)
            case _:
                assert_never(self.role)


EXAMPLES = (
    Person(subject="operator-1", role="operator"),
    Person(subject="supervisor-1", role="supervisor"),
    Person(subject="commission-1", role="commission"),
    Person(subject="auditor-1", role="auditor"),
)
"""The invented people of the development sign-in."""

NAMES = {
    "operator-1": "A. Məmmədova",
    "supervisor-1": "R. Əliyev",
    "commission-1": "S. Quliyeva",
    "auditor-1": "T. Həsənov",
}
"""How they are called on a page. A name is kept nowhere."""
