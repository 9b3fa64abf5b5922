"""What confirms that two appeals under one FIN come from one person."""

from uuid import UUID

import pytest

from schemas.appeals import Channel
from services.router.confirmation import Identity, confirmation_of, names_agree

CHECKING: tuple[Channel, ...] = ("on_site",)


def who(
    channel: Channel = "online", contacts: tuple[str, ...] = ("phone",), index: str | None = "name"
) -> Identity:
    return Identity(appeal_id=str(UUID(int=1)), channel=channel, person_index=index, contacts=contacts)


@pytest.mark.parametrize(
    ("new", "earlier", "by"),
    [
        (who(), who(), "contact"),
        (who(contacts=("mail", "phone")), who(contacts=("phone", "other")), "contact"),
        (who(contacts=("mail",)), who(), None),
        (who(contacts=()), who(contacts=()), None),
        (who("call_centre", ()), who(), None),
        (who("on_site", ("mail",)), who("online"), None),
        (who("online", ("mail",)), who("on_site"), None),
        (who("on_site", ("mail",)), who("on_site"), "channel"),
        (who("on_site"), who("on_site"), "channel"),
    ],
)
def test_a_shared_contact_or_two_checks_confirm(new: Identity, earlier: Identity, by: str | None) -> None:
    assert confirmation_of(new, earlier, CHECKING) == by


def test_indexes_that_are_missing_do_not_agree() -> None:
    assert names_agree(who(), who())
    assert not names_agree(who(), who(index="other"))
    assert not names_agree(who(index=None), who(index=None))
