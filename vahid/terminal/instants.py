"""How the command line shows and reads instants: to the minute, in the zone of the catalogue's calendar.

The zone is named beside each instant in a sentence, and once in the heading of a column. JSON output keeps
ISO 8601 with an offset.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from catalogue.calendar import WorkingCalendar
    from catalogue.calendars import CalendarSource


@dataclass(frozen=True)
class Instants:
    """Shows and reads instants in one zone."""

    zone: ZoneInfo

    def cell(self, instant: datetime | None) -> str:
        """The instant under a heading that names the zone; empty for None."""
        return "" if instant is None else f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def heading(self, name: str) -> str:
        """The heading of a column of instants."""
        return f"{name} ({self.zone.key})"

    def text(self, instant: datetime) -> str:
        """The instant in a sentence, with its zone."""
        return f"{self.cell(instant)} {self.zone.key}"

    def period(self, since: datetime, until: datetime | None) -> str:
        """A period in a sentence, with its zone."""
        end = "now" if until is None else self.cell(until)
        return f"{self.cell(since)} to {end} {self.zone.key}"

    def parse(self, text: str) -> datetime:
        """The instant in ISO 8601; without an offset it is in the zone.

        Raises:
            typer.BadParameter: it is no date and time.
        """
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise typer.BadParameter(f"{text!r} is not a date and time. Write 2026-03-12T10:00.") from None
        return instant if instant.tzinfo else instant.replace(tzinfo=self.zone)


def instants_of(catalogue: Path | None) -> Instants:
    """Instants in the zone of a catalogue's calendar; None is the packaged catalogue.

    Raises:
        CatalogueError: the calendar's file cannot be read, or has faults.
    """
    return Instants(ZoneInfo(_calendar_source(catalogue).timezone))


def calendar_of(catalogue: Path | None) -> "WorkingCalendar":
    """The calendar of a catalogue; None is the packaged catalogue.

    Raises:
        CatalogueError: the calendar's file cannot be read, or has faults.
    """
    from catalogue.calendars import compile_calendar

    return compile_calendar(_calendar_source(catalogue))


def _calendar_source(catalogue: Path | None) -> "CalendarSource":
    """The calendar alone: a whole catalogue takes a second."""
    from catalogue.calendars import CalendarSource
    from catalogue.loader import PACKAGED
    from catalogue.sources import CatalogueError, Reader

    reader = Reader(catalogue or PACKAGED)
    found = reader.read(CalendarSource, reader.folder / "calendars" / "az.yaml")
    if found is None:
        raise CatalogueError(reader.faults)
    return found[0]
