"""An appeal in free text, from HTTP to the person who places it: suggestions, and the choice beside them."""

import json
import uuid
from typing import Any

import pytest

from tests.e2e.installation import Installation

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1200)]

TEXT = "Sanatoriyaya getmək istəmirəm, mənə protez lazımdır."


async def _brought(installation: Installation, text: str) -> str:
    response = await installation.submit(f"text-{uuid.uuid4()}", services=None, text=text)
    return await installation.case_of(response)


def _shown(installation: Installation, case_id: str) -> dict[str, Any]:
    shown = installation.vahid("case", "show", case_id, "--json")
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


async def test_a_person_sees_suggestions_and_the_choice_stands_beside_them(
    installation: Installation,
) -> None:
    case_id = await _brought(installation, TEXT)
    (track,) = _shown(installation, case_id)["case"]["tracks"]
    suggestions = track["suggestions"]
    assert (track["ground"], suggestions[0]) == ("negation", "prosthetics") and len(suggestions) >= 3
    listed = installation.vahid("case", "list", "--triage", "--limit", "1000", "--json")
    assert [row["suggestions"] for row in json.loads(listed.stdout) if row["case_id"] == case_id] == [
        suggestions
    ]
    page = installation.vahid("case", "show", case_id)
    line = f"Suggested for t1.triage: {', '.join(suggestions)} · not placed by rule: negation"
    assert line in page.stdout and "protez lazımdır" not in page.stdout

    chosen = suggestions[1]
    placed = installation.vahid("case", "place", case_id, "t1.triage", "--service", chosen)
    assert placed.returncode == 0, placed.stdout + placed.stderr
    history = _shown(installation, case_id)["history"]
    payloads = [
        entry["payload"] for entry in history if entry["payload"]["type"].endswith("appeal.placed.v1")
    ]
    assert [(payload["services"], payload["suggestions"]) for payload in payloads] == [
        ([chosen], suggestions)
    ]
    assert f"{line} · chosen: {chosen}" in installation.vahid("case", "show", case_id).stdout


async def test_a_text_that_asks_for_one_service_goes_there(installation: Installation) -> None:
    case_id = await _brought(installation, "mene sanatoriyaya gonderish lazimdir")
    (track,) = _shown(installation, case_id)["case"]["tracks"]
    assert track["service"] == "sanatorium" and "suggestions" not in track
