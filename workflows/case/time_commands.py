"""What time does to a case."""

from typing import Literal

from catalogue.calendar import WorkingCalendar
from schemas.actors import SYSTEM, Actor
from workflows.case.command import Command


class FireTimer(Command):
    """The earliest deadline was reached: `received_at` is the instant it was set for."""

    kind: Literal["fire_timer"] = "fire_timer"
    actor: Actor = SYSTEM


class ReviseCalendar(Command):
    """The calendar was revised: deadlines that are still ahead are counted anew by it."""

    kind: Literal["revise_calendar"] = "revise_calendar"
    calendar: WorkingCalendar
