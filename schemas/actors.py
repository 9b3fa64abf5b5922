"""Who does something. Every command and every event names its actor."""

from typing import Literal

from schemas.frozen import Frozen, Name

ActorKind = Literal["applicant", "channel", "agency", "staff", "commission", "system"]


class Actor(Frozen):
    """An authenticated actor: `id` is an agency, a staff account, a channel or a service; never a name."""

    kind: ActorKind
    id: Name


SYSTEM = Actor(kind="system", id="vahid")
