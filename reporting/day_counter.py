"""Counts working days one by one over a list of holidays, for the recomputation of the report."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import holidays
from ruamel.yaml import YAML


class DayCounter:
    """Counts working days one by one; `overrides` are days that are worked, or not, against the rule."""

    def __init__(self, country: str, zone: str, overrides: Iterable[tuple[dt.date, bool]] = ()) -> None:
        self._off = holidays.country_holidays(country)
        self._zone = ZoneInfo(zone)
        self._overrides = dict(overrides)

    @classmethod
    def of(cls, file: Path) -> Self:
        """The counter of a calendar's file of the catalogue."""
        calendar = YAML(typ="safe").load(file)
        overrides = [(override["date"], override["working"]) for override in calendar.get("overrides") or ()]
        return cls(calendar["country"], calendar["timezone"], overrides)

    def count(self, start: dt.datetime, end: dt.datetime) -> int:
        """How many working days lie after the day of `start`, up to and with the day of `end`."""
        return len(list(self.between(start, end)))

    def between(self, start: dt.datetime, end: dt.datetime) -> Iterator[dt.date]:
        """The working days after the day of `start`, up to and with the day of `end`."""
        day, last = self.day_of(start), self.day_of(end)
        while day < last:
            day += dt.timedelta(days=1)
            if self.is_worked(day):
                yield day

    def day_of(self, instant: dt.datetime) -> dt.date:
        """The day on which `instant` falls here."""
        return instant.astimezone(self._zone).date()

    def is_worked(self, day: dt.date) -> bool:
        """Whether `day` is worked, as some Saturdays are in exchange for another day."""
        return self._overrides.get(day, self._off.is_working_day(day))
