"""What every command has: a stable id, an authenticated actor, and what became of it."""

from pydantic import Field

from schemas.actors import Actor
from schemas.frozen import AgencyId, Frozen, Instant
from schemas.passports import Passport


class Placement(Frozen):
    """A service to be given by a passport; `agencies` names, by step code, the agency that does each step.

    A step whose agency is the centre is triage: the centre must find an agency for it.
    """

    passport: Passport
    agencies: dict[str, AgencyId]


class Command(Frozen):
    """A command. `received_at` is business time at the door where it came in: it decides what was in time."""

    id: str = Field(min_length=1, max_length=200)
    actor: Actor
    received_at: Instant
    traceparent: str | None = None


class CommandOutcome(Frozen):
    """What became of a command: accepted, or refused with a stable code and what would be allowed."""

    accepted: bool
    code: str = "accepted"
    allowed: str = ""
