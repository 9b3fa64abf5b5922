"""`vahid catalogue check` and `show`: output for people and for programs, and the exit status."""

import json

import pytest
from typer.testing import CliRunner

from catalogue.free_text.deciding import GROUNDS, ground_text
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder
from vahid.commands.catalogue import SECTIONS, app

RUN = CliRunner()
PACKAGED = packaged()


def test_a_sound_catalogue() -> None:
    result = RUN.invoke(app, ["check"])
    assert result.exit_code == 0
    assert (
        f"sound: 26 passports, 20 agencies (19 connected), version {PACKAGED.version[:12]}" in result.stdout
    )


def test_a_sound_catalogue_for_a_program() -> None:
    result = RUN.invoke(app, ["check", "--json"])
    answer = json.loads(result.stdout)
    assert (answer["sound"], answer["version"], answer["faults"]) == (True, PACKAGED.version, [])


def test_faults_are_listed_with_exit_status_1(folder: Folder) -> None:
    folder.edit("escalation_policy.yaml", "fraction: 0.8", "fraction: 0.4")
    line = folder.line("escalation_policy.yaml", "fraction: 0.4")
    result = RUN.invoke(app, ["check", str(folder.path)])
    assert result.exit_code == 1
    place = f"{folder.path}/escalation_policy.yaml:{line}: "
    assert result.stdout.strip() == place + "levels are reached in order. Set more than 0.5."

    for command in (["check", str(folder.path)], ["show", "--catalogue", str(folder.path)]):
        result = RUN.invoke(app, [*command, "--json"])
        assert result.exit_code == 1
        assert [fault["line"] for fault in json.loads(result.stdout)["faults"]] == [line]


def test_a_calendar_that_ends_soon_is_a_warning(folder: Folder) -> None:
    folder.edit("calendars/az.yaml", "last_year: 2030", "last_year: 2022")
    result = RUN.invoke(app, ["check", str(folder.path)])
    assert result.exit_code == 0
    assert "the calendar ends with 2022" in result.stderr


def test_the_catalogue_may_be_named_in_the_environment(folder: Folder) -> None:
    folder.edit("passports/employment.yaml", "Job placement", "Placement in a job")
    result = RUN.invoke(app, ["show", "employment"], env={"VAHID_CATALOGUE": str(folder.path)})
    assert "Placement in a job" in result.stdout


def test_show_all() -> None:
    lines = RUN.invoke(app, ["show"]).stdout.splitlines()
    rows = [line.split("\t") for line in lines if "\t" in line]
    assert ["employment", "Job placement", "mlspp + local-executive", "30 days"] in [row[:4] for row in rows]
    connected = [[row[0], row[-1]] for row in rows]
    assert ["khatai-executive", "yes"] in connected and ["centre", "no"] in connected
    overview = json.loads(RUN.invoke(app, ["show", "--json"]).stdout)
    assert {passport["code"] for passport in overview["passports"]} == set(PACKAGED.passports)


def test_show_a_passport() -> None:
    text = RUN.invoke(app, ["show", "disability-assessment"]).stdout
    assert "Tibbi-sosial ekspertiza və əlilliyin müəyyən edilməsi" in text
    assert "assessment\tmlspp\texamination\t2 days\t15 days\t" in text
    values = json.loads(RUN.invoke(app, ["show", "disability-assessment", "--json"]).stdout)
    assert values == PACKAGED.passports["disability-assessment"].model_dump(mode="json")


@pytest.mark.parametrize("code", [*SECTIONS, "mlspp", "centre"])
def test_everything_can_be_shown(code: str) -> None:
    assert RUN.invoke(app, ["show", code]).exit_code == 0
    assert isinstance(json.loads(RUN.invoke(app, ["show", code, "--json"]).stdout), dict)


def test_nothing_has_that_code() -> None:
    result = RUN.invoke(app, ["show", "moon-landing"])
    assert result.exit_code == 2
    assert "Known: disability-assessment" in result.stderr


@pytest.mark.parametrize("command", ["check", "show"])
def test_help_has_an_example(command: str) -> None:
    assert "Example: vahid catalogue" in RUN.invoke(app, [command, "--help"]).stdout


@pytest.mark.parametrize("argument", ["Protez istəmirəm", "-"])
def test_what_becomes_of_a_text(argument: str) -> None:
    result = RUN.invoke(app, ["interpret", argument], input="Protez istəmirəm")
    assert result.exit_code == 0 and result.stdout.startswith("triage (negation): Something is not asked for")
    shown = RUN.invoke(app, ["interpret", argument, "--json"], input="Protez istəmirəm")
    found = json.loads(shown.stdout)
    assert (found["service"], found["ground"], found["suggestions"][0]) == (None, "negation", "prosthetics")


def test_every_ground_has_a_sentence() -> None:
    for ground in (*GROUNDS, *(veto.code for veto in PACKAGED.free_text.vetoes)):
        assert ground_text(PACKAGED.free_text, ground).endswith(".")


def test_a_text_is_not_read_by_a_faulty_catalogue(folder: Folder) -> None:
    folder.edit("free_text.yaml", "purposes:", "purpose:")
    result = RUN.invoke(app, ["interpret", "Protez", "--catalogue", str(folder.path)])
    assert result.exit_code == 1 and "unknown field" in result.stdout
