"""Instants in the command line: one zone, named beside each, and one way to read them."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer

from catalogue.sources import CatalogueError
from vahid.terminal.instants import Instants, instants_of

BAKU = Instants(ZoneInfo("Asia/Baku"))
LATE_AT_NIGHT = datetime(2021, 8, 23, 21, 30, tzinfo=UTC)


def test_an_instant_is_shown_in_the_zone_whatever_its_offset() -> None:
    tokyo = LATE_AT_NIGHT.astimezone(timezone(timedelta(hours=9)))
    assert BAKU.cell(LATE_AT_NIGHT) == BAKU.cell(tokyo) == "2021-08-24 01:30"
    assert BAKU.cell(None) == ""


def test_the_zone_is_named_in_a_heading_and_in_a_sentence() -> None:
    assert BAKU.heading("due") == "due (Asia/Baku)"
    assert BAKU.text(LATE_AT_NIGHT) == "2021-08-24 01:30 Asia/Baku"
    assert BAKU.period(LATE_AT_NIGHT, None) == "2021-08-24 01:30 to now Asia/Baku"


def test_an_instant_without_an_offset_is_read_in_the_zone() -> None:
    assert BAKU.parse("2021-08-24T01:30") == LATE_AT_NIGHT
    assert BAKU.parse("2021-08-23T21:30Z") == LATE_AT_NIGHT
    assert BAKU.cell(BAKU.parse("2021-08-24")) == "2021-08-24 00:00"
    with pytest.raises(typer.BadParameter, match="is not a date and time"):
        BAKU.parse("tomorrow")


def test_the_zone_is_that_of_the_catalogues_calendar(tmp_path: Path) -> None:
    assert instants_of(None) == BAKU
    with pytest.raises(CatalogueError):
        instants_of(tmp_path)
