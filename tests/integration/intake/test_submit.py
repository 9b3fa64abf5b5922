"""`vahid submit` against a real intake."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.integration.intake.process import IntakeProcess
from tests.unit.intake.documents import REFUSED, SCAN
from tests.unit.intake.submissions import applicant, body
from vahid.commands.submit import submit
from vahid.stack.home import Home, write_json

app = typer.Typer()
app.command()(submit)


@pytest.fixture
def home(tmp_path: Path, process: IntakeProcess, api_keys: dict[str, str]) -> Path:
    """A home as a running stack leaves it."""
    home = Home.at(tmp_path / "home")
    write_json(home.ports, {"intake": process.port})
    write_json(home.api_keys, api_keys)
    return home.root


def run(home: Path, content: object, *options: str) -> Result:
    text = content if isinstance(content, str) else json.dumps(content)
    return CliRunner().invoke(
        app, ["-", "--home", str(home), *options], input=text, env={"VAHID_API_KEY": ""}
    )


def printed_json(result: Result) -> dict[str, Any]:
    return dict(json.loads(result.stdout))


def test_one_appeal_gets_its_tracking_number_and_the_same_one_again(home: Path) -> None:
    first, again = run(home, body(text="bir")), run(home, body(text="bir"))
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert first.stdout.startswith("VHD-") and first.stdout.split()[0] == again.stdout.split()[0]
    assert "accepted before" in again.stdout


def test_a_list_on_several_channels_is_submitted(home: Path) -> None:
    many = [
        body(channel=channel, text=f"{number}") for number in range(3) for channel in ("online", "mobile")
    ]
    result = run(home, many, "--json")
    assert result.exit_code == 0 and printed_json(result)["accepted"] == 6
    assert len({each["response"]["tracking_number"] for each in printed_json(result)["appeals"]}) == 6
    assert all(each["response"]["receipt"].count(".") == 2 for each in printed_json(result)["appeals"])


def test_a_refusal_is_shown_and_does_not_stop_the_others(home: Path) -> None:
    lines = "\n".join(json.dumps(each) for each in (applicant(fin="WRONG"), body(text="iki")))
    result = run(home, lines)
    assert result.exit_code == 1
    assert "VHD-" in result.stdout and "#/applicant/fin" in result.stderr and "WRONG" not in result.output


def test_a_channel_and_a_key_may_be_given(home: Path) -> None:
    result = run(home, body(channel=None), "--channel", "on_site", "--key", "counter-1", "--json")
    assert result.exit_code == 0 and printed_json(result)["appeals"][0]["idempotency_key"] == "counter-1"


def test_without_a_key_for_the_channel_the_error_says_what_to_do(home: Path) -> None:
    result = run(home, body(channel="fax"))
    assert result.exit_code == 1 and "--api-key" in result.stderr


def test_a_broken_file_is_an_error(home: Path) -> None:
    assert run(home, "{").exit_code == 1


def test_an_intake_that_cannot_be_reached_is_exit_2(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vahid.commands.submit.ANSWERED_WITHIN", 0.2)
    result = run(home, [body(), body(text="x")], "--url", "http://127.0.0.1:9")
    assert result.exit_code == 2 and "vahid status" in result.stderr


def test_documents_are_added_and_again_are_the_same(home: Path, tmp_path: Path) -> None:
    card, page = tmp_path / "card", tmp_path / "page.html"
    card.write_bytes(SCAN)
    page.write_bytes(REFUSED["HTML"])
    sent, with_card = body(text="with a card"), ("--attach", f"identity_card={card}")
    first, again = run(home, sent, *with_card), run(home, sent, *with_card, "--json")
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert "identity_card  application/pdf" in first.stdout
    [service] = printed_json(again)["appeals"][0]["response"]["services"]
    [attachment] = printed_json(again)["attachments"]
    assert attachment["replayed"] and attachment["response"]["document"] == "identity_card"
    titles = {each["code"]: each["title"]["en"] for each in service["missing"]}
    assert titles.pop("identity_card") not in first.stdout
    assert all(title in first.stdout for title in titles.values())
    refused = run(home, sent, "--attach", f"medical_record={page}")
    assert refused.exit_code == 1 and "Document 1 was not accepted" in refused.stderr


def test_an_attachment_that_cannot_be_read_is_an_error_before_anything_is_sent(home: Path) -> None:
    for option in ("identity_card", "identity_card=/no/such/file", "=x"):
        result = run(home, body(), "--attach", option)
        assert result.exit_code == 1 and not result.stdout and result.stderr
    several = run(home, [body(), body(text="x")], "--attach", f"identity_card={__file__}")
    assert several.exit_code == 1 and "one appeal at a time" in several.stderr
