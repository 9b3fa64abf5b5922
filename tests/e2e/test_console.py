"""The console over HTTP: who may see and do what, forged and foreign requests, and commands done once."""

import asyncio
import json
import uuid
from typing import Any, get_args

import pytest

from services.console.headers import HEADERS
from services.console.people import MAY, Role
from tests.e2e.console import ConsoleClient, console, field
from tests.e2e.installation import PATIENCE, Installation, without_fin

WATCHED = ("/", "/words", "/cases", "/cases.csv", "/cases/{case}", "/events")
"""Every page of the console that needs a session; the others are listed as open."""
OPEN = {"/sign-in", "/sign-out", "/language", "/static/{name}", "/healthz", "/readyz", "/metrics"}
SIGN_IN = {role for role in get_args(Role) if role not in ("agency", "administrator")}


async def triage_case(installation: Installation) -> str:
    """An open case whose appeal a person must place."""
    response = await installation.submit(
        f"console-{uuid.uuid4()}", services=[], text="Köməyinizə ehtiyacım var.", applicant=without_fin()
    )
    case_id = await installation.case_of(response)
    await installation.wait_for(
        "SELECT true FROM ledger.steps WHERE case_id = $1 AND step = 't1.triage' AND ended_at IS NULL",
        case_id,
    )
    return case_id


@pytest.fixture
async def case_id(installation: Installation) -> Any:
    case_id = await triage_case(installation)
    yield case_id
    if await installation.value("SELECT status = 'open' FROM ledger.cases WHERE case_id = $1", case_id):
        await installation.settle_triage(case_id)


@pytest.mark.parametrize("path", WATCHED)
async def test_without_a_session_a_page_leads_to_the_sign_in(
    installation: Installation, case_id: str, path: str
) -> None:
    address = path.replace("{case}", case_id)
    async with console(installation) as nobody:
        response = await nobody.get(address)
        if path == "/events":
            assert response.status_code == 401
            return
        assert response.status_code == 303 and response.headers["location"].startswith("/sign-in?next=")
        forged = await nobody.get(address, Cookie="vahid_session=" + "a" * 43)
        assert forged.status_code == 303


@pytest.mark.parametrize("role", sorted(SIGN_IN))
async def test_each_role_sees_and_does_what_it_may(
    installation: Installation, case_id: str, role: Role
) -> None:
    async with console(installation, role) as person:
        for path in WATCHED[:-1]:
            assert (await person.get(path.replace("{case}", case_id))).status_code == 200
        page = await person.get(f"/cases/{case_id}")
        assert ('id="action-place"' in page.text) == (role in MAY["act"])
        given = await person.command(case_id, "annotate", note="Qeyd")
        assert given.status_code == (200 if role in MAY["act"] else 403)
        decided = await person.command(case_id, "decide", task="agenda/1", note="Qərar")
        assert decided.status_code == (409 if role in MAY["decide"] else 403)


@pytest.mark.parametrize("role", ["agency-1", "administrator-1", "nobody", ""])
async def test_nobody_else_signs_in(installation: Installation, role: str) -> None:
    async with console(installation) as stranger:
        response = await stranger.post("/sign-in", {"subject": role, "next": "/"})
        assert response.status_code == 403 and "set-cookie" not in response.headers


async def test_every_page_has_its_headers_and_no_foreign_address(
    installation: Installation, case_id: str
) -> None:
    async with console(installation, "supervisor") as person:
        for path in ("/", "/cases", f"/cases/{case_id}", "/no-such-page", "/static/console.js"):
            response = await person.get(path)
            assert {name: response.headers[name.lower()] for name in HEADERS} == HEADERS
            assert "http://" not in response.text.replace("http://www.w3.org", "")
            assert "https://" not in response.text and "style=" not in response.text


async def test_a_session_is_new_with_each_sign_in_and_ends_with_the_sign_out(
    installation: Installation,
) -> None:
    """A cookie that somebody fixed beforehand, or kept from before, opens nothing."""
    async with console(installation) as person:
        person.client.cookies.set("vahid_session", "fixed-by-somebody")
        await person.sign_in("operator")
        kept = next(c.value for c in person.client.cookies.jar if c.value != "fixed-by-somebody")
        assert kept and len(kept) > 30
        token = await person.form_token()
        assert (await person.post("/sign-out", {"form_token": token})).status_code == 303
        assert (await person.get("/", Cookie=f"vahid_session={kept}")).status_code == 303


async def test_a_session_that_is_over_opens_nothing(installation: Installation) -> None:
    async with console(installation, "auditor") as person:
        assert (await person.get("/")).status_code == 200
        async with installation.owner() as connection:
            await connection.execute("UPDATE console.sessions SET started_at = now() - interval '11 hours'")
        assert (await person.get("/")).status_code == 303
    async with console(installation, "auditor") as person:
        async with installation.owner() as connection:
            await connection.execute("UPDATE console.sessions SET used_at = now() - interval '61 minutes'")
        assert (await person.get("/")).status_code == 303


async def test_the_database_holds_no_cookie(installation: Installation) -> None:
    async with console(installation, "operator") as person:
        cookie = next(iter(person.client.cookies.jar)).value
        rows = await installation.value("SELECT json_agg(s)::text FROM console.sessions s")
        assert cookie and cookie not in rows


@pytest.mark.parametrize(
    "changed",
    [{"form_token": "forged"}, {"form_token": ""}, {"command_id": "not-an-id"}, {"command_id": ""}],
)
async def test_a_form_that_the_session_did_not_make_is_refused(
    installation: Installation, case_id: str, changed: dict[str, str]
) -> None:
    async with console(installation, "operator") as person:
        response = await person.command(case_id, "annotate", note="Qeyd", **changed)
        assert response.status_code == (403 if "form_token" in changed else 422)


async def test_a_form_from_another_site_or_another_session_is_refused(
    installation: Installation, case_id: str
) -> None:
    async with console(installation, "operator") as person, console(installation, "supervisor") as other:
        form = await person.hidden(case_id) | {"note": "Qeyd"}
        path = f"/cases/{case_id}/annotate"
        assert (await person.post(path, form, Origin="https://elsewhere.example")).status_code == 403
        assert (await other.post(path, form)).status_code == 403
        assert (await person.client.post(path, json=form)).status_code == 415
        assert (await person.post(path, form)).status_code == 200


@pytest.mark.parametrize(
    "case", ["c-404", "..%2F..%2Fetc%2Fpasswd", "'; DROP TABLE x; --", "%00", "VHD-26-0000000-0"]
)
async def test_a_case_that_does_not_exist_is_not_found(installation: Installation, case: str) -> None:
    async with console(installation, "auditor") as person:
        response = await person.get(f"/cases/{case}")
        assert response.status_code == 404 and "<h1>" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "agency=%27%20OR%201%3D1",
        "page=99999999999",
        "number=%00",
        "late=%F0%9F%98%80",
        "today=x",
        "status=%25",
    ],
)
async def test_a_filter_that_fits_nothing_lists_nothing_and_never_fails(
    installation: Installation, query: str
) -> None:
    async with console(installation, "auditor") as person:
        assert (await person.get(f"/cases?{query}")).status_code == 200


async def test_a_tracking_number_leads_to_its_case(installation: Installation, case_id: str) -> None:
    number = await installation.value(
        "SELECT tracking_numbers ->> 0 FROM ledger.cases WHERE case_id = $1", case_id
    )
    async with console(installation, "operator") as person:
        found = await person.get(f"/cases?number={number}")
        assert found.headers["location"] == f"/cases/{case_id}"


async def test_the_same_command_twice_is_done_once(installation: Installation, case_id: str) -> None:
    """A double click, or a form that was sent again because no answer came."""
    async with console(installation, "operator") as person:
        form = await person.hidden(case_id) | {"note": "Bir dəfə"}
        path = f"/cases/{case_id}/annotate"
        answers = [await person.post(path, form), await person.post(path, form)]
        assert [answer.status_code for answer in answers] == [200, 200]
    notes = "SELECT count(*) FROM ledger.events WHERE case_id = $1 AND type = 'az.vahid.case.annotated.v1'"
    assert await installation.value(notes, case_id) == 1


async def test_nobody_overwrites_what_another_did_meanwhile(installation: Installation, case_id: str) -> None:
    async with console(installation, "operator") as one, console(installation, "supervisor") as other:
        form = await one.hidden(case_id) | {"note": "Köhnə"}
        assert (await other.command(case_id, "annotate", note="Yeni")).status_code == 200
        late = await one.post(f"/cases/{case_id}/annotate", form)
        assert late.status_code == 409 and "Köhnə" in late.text  # what was typed is kept
        again = {"form_token": form["form_token"], "note": form["note"]}
        again |= {name: field(late, name) for name in ("seen", "command_id")}
        assert (await one.post(f"/cases/{case_id}/annotate", again)).status_code == 200


async def test_a_note_stands_in_the_ledger_under_its_account_and_sealed(
    installation: Installation, case_id: str
) -> None:
    async with console(installation, "supervisor") as person:
        assert (await person.command(case_id, "annotate", note="Gizli qeyd")).status_code == 200
    entry = await installation.value(
        "SELECT entry FROM ledger.events WHERE case_id = $1 AND type = 'az.vahid.case.annotated.v1'", case_id
    )
    assert json.loads(entry)["actor"] == {"kind": "staff", "id": "supervisor-1"}
    assert "Gizli" not in entry


async def test_the_numbers_of_the_board_are_those_of_its_lists(
    installation: Installation, case_id: str
) -> None:
    async with console(installation, "auditor") as person:
        board = (await person.get("/")).text
        listed = (await person.get("/cases?status=open")).text
    count = board.split('id="count-open"')[1].split("<strong>")[1].split("<")[0]
    assert f"<strong>{count} iş tapıldı</strong>" in listed and int(count) >= 1


async def test_what_happens_to_a_case_is_streamed_and_a_broken_stream_goes_on(
    installation: Installation, case_id: str
) -> None:
    async with console(installation, "operator") as person:
        async with person.client.stream("GET", "/events") as stream:
            messages = _messages(stream)
            first = await _next(messages)
            await _case_event(installation, person, case_id, messages)
        missed = await person.command(case_id, "annotate", note="İkinci")
        assert missed.status_code == 200
        after = {"Last-Event-ID": first["id"]}
        async with person.client.stream("GET", "/events", headers=after) as stream:
            found = await _until(_messages(stream), case_id)
            assert {"case": case_id, "event": "case.annotated", "actor": "staff"}.items() <= found.items()
        async with person.client.stream("GET", "/events", headers={"Last-Event-ID": "other-1"}) as stream:
            assert (await _next(_messages(stream)))["event"] == "missed"


async def _case_event(installation: Installation, person: ConsoleClient, case_id: str, messages: Any) -> None:
    assert (await person.command(case_id, "annotate", note="Birinci")).status_code == 200
    seen = await _until(messages, case_id)
    stored = await installation.value("SELECT max(seq) FROM ledger.events WHERE case_id = $1", case_id)
    assert seen["seq"] <= stored


async def _messages(stream: Any) -> Any:
    message: dict[str, str] = {}
    async for line in stream.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            message[name] = value
        elif message:
            yield message
            message = {}


async def _next(messages: Any) -> dict[str, str]:
    async with asyncio.timeout(PATIENCE):
        return await anext(messages)


async def _until(messages: Any, case_id: str) -> dict[str, Any]:
    """What the stream says of a case, once it does."""
    while True:
        message = await _next(messages)
        cases = json.loads(message["data"]).get("cases", [])
        for case in cases:
            if case["case"] == case_id:
                return case
