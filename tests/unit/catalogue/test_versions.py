"""Versions follow the content: nothing else changes them, and any change of content does."""

from io import StringIO

import pytest
from ruamel.yaml import YAML

from catalogue.loader import load
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder

PACKAGED = packaged()
EMPLOYMENT = "passports/employment.yaml"


def test_same_content_same_version(whole_folder: Folder) -> None:
    assert load(whole_folder.path).version == PACKAGED.version


def test_order_of_keys_comments_and_layout_change_no_version(whole_folder: Folder) -> None:
    path = whole_folder.path / EMPLOYMENT
    passport = YAML(typ="safe").load(path)
    reordered = {key: passport[key] for key in reversed(passport)}
    reordered["steps"] = [{key: step[key] for key in reversed(step)} for step in passport["steps"]]
    out = StringIO()
    YAML().dump(reordered, out)
    path.write_text("# another comment\n" + out.getvalue(), encoding="utf-8")
    catalogue = load(whole_folder.path)
    assert catalogue.version == PACKAGED.version
    assert catalogue.passports["employment"].version == PACKAGED.passports["employment"].version


def test_a_default_written_out_is_no_change(whole_folder: Folder) -> None:
    whole_folder.edit(EMPLOYMENT, "    agency: mlspp\n", "    agency: mlspp\n    after: []\n")
    assert load(whole_folder.path).version == PACKAGED.version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("İşlə təminat", "İşlə təmin edilmə"),
        ("resolve_within: 20", "resolve_within: 21"),
        (", district, text]", ", text]"),
        ("example: true", "example: false"),
    ],
)
def test_a_passport_that_changes_has_another_version_alone(whole_folder: Folder, old: str, new: str) -> None:
    whole_folder.edit(EMPLOYMENT, old, new)
    before, after = PACKAGED, load(whole_folder.path)
    changed = {code for code in before.passports if before.passports[code] != after.passports[code]}
    assert changed == {"employment"}
    assert before.passports["employment"].version != after.passports["employment"].version
    assert before.version != after.version


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("escalation_policy.yaml", "0.8", "0.75"),
        ("terms.yaml", "maximum_hops: 3", "maximum_hops: 2"),
        ("agencies/mod.yaml", "Ministry of Defence", "Defence Ministry"),
        ("routing.yaml", "then: as_asked", "then: triage"),
        ("messages.yaml", "Call 142", "Phone 142"),
        ("calendars/az.yaml", "last_year: 2030", "last_year: 2027"),
    ],
)
def test_any_other_change_is_a_new_version_of_the_whole(
    whole_folder: Folder, file: str, old: str, new: str
) -> None:
    whole_folder.edit(file, old, new)
    assert load(whole_folder.path).version != PACKAGED.version


def test_an_override_wins_and_makes_a_new_calendar(whole_folder: Folder) -> None:
    whole_folder.edit(
        "calendars/az.yaml",
        "overrides: []",
        "overrides:\n"
        "  - {date: 2026-06-13, working: true, name: moved from 12 June, source: test}\n"
        "  - {date: 2026-06-12, working: false, name: moved to 13 June, source: test}\n"
        "  - {date: 2026-03-30, working: true, name: correction, source: test}\n",
    )
    before, after = PACKAGED.calendar, load(whole_folder.path).calendar
    changed = {
        day.isoformat(): after.is_working_day(day)
        for day in set(before.holidays) | set(after.holidays) | set(after.moved_working_days)
        if before.is_working_day(day) != after.is_working_day(day)
    }
    assert changed == {"2026-06-13": True, "2026-06-12": False, "2026-03-30": True}
    assert before.version != after.version
