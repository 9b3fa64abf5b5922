import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.contract.connectors.simulated import SimulatedAgencies
from tests.integration.simulators.client_dialects import CLIENT_DIALECTS, SURNAME, at
from tests.integration.simulators.process import SECRET, AgencySimulator, clock
from tests.integration.simulators.receiver import WebhookReceiver
from tests.waiting import until

ALL = pytest.mark.parametrize("agency", CLIENT_DIALECTS)
CALM: dict[str, Any] = {"refuse_rate": 0, "forward_rate": 0, "information_rate": 0, "late_rate": 0}
BRISK = {**CALM, "duration_scale": 0.1}


def verified(receiver: WebhookReceiver) -> list[dict[str, Any]]:
    return [Webhook(SECRET).verify(content, headers) for headers, content in receiver.requests]


@ALL
async def test_an_assignment_is_taken_once_and_found_again(
    agency: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator(agency, tmp_path, receiver.url, **CALM) as simulator:
        dialect = CLIENT_DIALECTS[agency]
        assert (await simulator.look_up("k/s/1")).status_code == (200 if dialect.lists else 404)
        first, again = await simulator.submit("k/s/1"), await simulator.submit("k/s/1")
        assert (first.status_code, again.status_code) == dialect.statuses
        answer = at(first.json(), dialect.unwrapped)
        if dialect.repeated:
            assert at(again.json(), dialect.repeated) == answer[dialect.reference]
        else:
            assert at(again.json(), dialect.unwrapped) == answer
        assert {dialect.reference: answer[dialect.reference], **dialect.accepted} == answer
        found = json.dumps((await simulator.look_up("k/s/1")).json())
        assert found.count('"k/s/1"') == 1
        assert [(entry["key"], entry["outcome"]) for entry in simulator.log_lines()] == [
            ("k/s/1", "new"),
            ("k/s/1", "duplicate"),
        ]
        assert (await simulator.get("/_log"))["entries"] == simulator.log_lines()
        assert SURNAME not in json.dumps(simulator.log_lines(), ensure_ascii=False)


@ALL
async def test_changes_are_listed_and_sent_as_the_same_signed_webhooks(
    agency: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator(agency, tmp_path, receiver.url, **BRISK) as simulator:
        for number in range(12):
            await simulator.submit(f"k/{number}")
        changes = await simulator.ended(12)
        assert changes == await simulator.changes(page=5)
        assert len(changes) == 12 * CLIENT_DIALECTS[agency].changes_per_assignment

        async def all_sent() -> bool:
            return len(receiver.requests) >= len(changes)

        await until(all_sent, "every change is sent")
        name = CLIENT_DIALECTS[agency].ids
        sent = sorted(verified(receiver), key=lambda change: str(at(change, name)))
        assert sent == sorted(changes, key=lambda change: str(at(change, name)))


async def test_a_referral_can_be_looked_up_by_its_reference(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator("moh", tmp_path, receiver.url, **CALM) as simulator:
        reference = (await simulator.submit("k/s/1")).json()["referral"]["id"]
        assert (await simulator.get(f"/referrals/{reference}"))["referral"]["ext_no"] == "k/s/1"
        assert (await simulator.client.get("/referrals/unknown")).status_code == 404
        assert (
            await simulator.client.get("/referrals/events", params={"after": "unknown"})
        ).status_code == 400


@ALL
async def test_a_kill_loses_nothing_and_the_sequence_continues(
    agency: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    receiver.status = 503
    async with AgencySimulator(agency, tmp_path, receiver.url, **BRISK) as simulator:
        taken = [await simulator.submit(f"k/{number}") for number in range(30)]

        async def some() -> list[dict[str, Any]]:
            return await simulator.changes()

        before = await until(some, "the first change")
        await simulator.kill()
        receiver.status = 204
        receiver.requests.clear()
        await simulator.start()
        assert all(response.is_success for response in taken)
        changes = await simulator.ended(30)
        assert changes[: len(before)] == before
        assert len(changes) == 30 * CLIENT_DIALECTS[agency].changes_per_assignment
        if agency == "mlspp":
            assert [int(change["changeId"]) for change in changes] == list(range(1, len(changes) + 1))
            assert {(change["externalId"], change["sequence"]) for change in changes} == {
                (f"k/{number}", sequence) for number in range(30) for sequence in (2, 3)
            }
        name = CLIENT_DIALECTS[agency].ids

        async def all_sent() -> bool:
            return {str(at(change, name)) for change in verified(receiver)} == {
                str(at(change, name)) for change in changes
            }

        await until(all_sent, "also what was outstanding before the kill is sent")
        assert [entry["key"] for entry in simulator.log_lines()] == [f"k/{number}" for number in range(30)]


async def test_the_log_is_complete_after_a_death_before_its_line(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator("mlspp", tmp_path, receiver.url, **CALM) as simulator:
        await simulator.submit("k/1")
        await simulator.submit("k/2")
        await simulator.kill()
        lines = (simulator.data / "received.jsonl").read_bytes().splitlines(keepends=True)
        (simulator.data / "received.jsonl").write_bytes(lines[0] + lines[1][:20])
        await simulator.start()
        assert [entry["key"] for entry in simulator.log_lines()] == ["k/1", "k/2"]


@ALL
async def test_wrong_credentials_and_wrong_forms_are_refused(
    agency: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator(agency, tmp_path, receiver.url, **CALM) as simulator:
        path, headers = CLIENT_DIALECTS[agency].submit, {"Idempotency-Key": "k", "X-Request-Id": "k"}
        assert (await simulator.client.post(path, json={"a": "b"}, headers=headers)).status_code == 422
        assert simulator.log_lines()[-1]["outcome"] == "invalid"
        look_up, name = CLIENT_DIALECTS[agency].look_up
        async with httpx2.AsyncClient(base_url=simulator.client.base_url) as stranger:
            assert (await stranger.get(look_up, params={name: "k"})).status_code == 401
            assert (await stranger.post(path, json={})).status_code == 401
            keys = ("Authorization", "X-Api-Key", "X-Sistem-Acari", "Api-Token")
            stranger.headers.update(dict.fromkeys(keys, "other"))
            assert (await stranger.post(path, json={})).status_code == 401
            assert (await stranger.post(path, json={}, auth=("vahid", "other"))).status_code == 401


async def test_an_agency_is_down_alone(tmp_path: Path) -> None:
    hosted = SimulatedAgencies(["moh", "sicc", "sabail-executive"], tmp_path, clock())
    await hosted.start()
    try:
        await hosted.of["moh"].change_behaviour({"outage": True})
        async with httpx2.AsyncClient(trust_env=False) as client:
            paths = {
                "moh": "/referrals/events",
                "sicc": "/claims-api/Journal",
                "sabail-executive": "/muraciet",
            }
            responses = {id_: await client.get(hosted.of[id_].url + path) for id_, path in paths.items()}
            behaviour = {
                id_: (await client.get(f"{agency.url}/_behaviour")).json()
                for id_, agency in hosted.of.items()
            }
        assert {id_: response.status_code for id_, response in responses.items()} == {
            "moh": 503, "sicc": 401, "sabail-executive": 401,
        }  # fmt: skip
        assert [id_ for id_, settings in behaviour.items() if settings["outage"]] == ["moh"]
    finally:
        await hosted.stop()
    assert {f"agency-{id_}" for id_ in hosted.of} <= set(await asyncio.to_thread(os.listdir, tmp_path))


async def test_settings_make_it_fail_and_let_it_recover(tmp_path: Path, receiver: WebhookReceiver) -> None:
    async with AgencySimulator("mlspp", tmp_path, receiver.url, **CALM, duration_scale=1000) as simulator:
        await simulator.change_behaviour(outage=True)
        assert (await simulator.submit("k")).status_code == 503
        await simulator.change_behaviour(outage=False, error_rate=1)
        assert (await simulator.submit("k")).status_code == 500
        await simulator.change_behaviour(error_rate=0, html_errors=1)
        lie = await simulator.submit("k")
        assert (lie.status_code, lie.headers["content-type"]) == (200, "text/html; charset=utf-8")
        await simulator.change_behaviour(html_errors=0)
        assert (await simulator.look_up("k")).json() == {"items": []}
        assert (await simulator.submit("k")).status_code == 201
        assert (await simulator.client.put("/_behaviour", json={"outige": True})).status_code == 422
        assert (await simulator.get("/_behaviour"))["outage"] is False


async def test_a_silent_agency_may_have_taken_it(tmp_path: Path, receiver: WebhookReceiver) -> None:
    async with AgencySimulator(
        "nasimi-executive", tmp_path, receiver.url, **CALM, timeout_after_accept=1
    ) as simulator:
        simulator.client.timeout = httpx2.Timeout(0.5)
        with pytest.raises(httpx2.ReadTimeout):
            await simulator.submit("k")
        assert (await simulator.look_up("k")).json()["siyahi"][0]["nomre"] == "k"
        assert (await simulator.submit("k")).status_code == 200
        await simulator.change_behaviour(blackhole=True)
        with pytest.raises(httpx2.ReadTimeout):
            await simulator.submit("l")
        await simulator.change_behaviour(blackhole=False)
        assert (await simulator.look_up("l")).json() == {"siyahi": []}


async def test_a_hanging_request_is_released_at_the_end(tmp_path: Path, receiver: WebhookReceiver) -> None:
    async with AgencySimulator("moh", tmp_path, receiver.url, **CALM, blackhole=True) as simulator:
        hanging = asyncio.create_task(simulator.submit("k"))
        assert (await simulator.get("/_behaviour"))["blackhole"]
        assert await simulator.stop() == 0
        with pytest.raises(httpx2.HTTPError):
            (await hanging).raise_for_status()


async def test_webhooks_are_doubled_and_cut_and_arrive_whole_in_the_end(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    behaviour = {"duplicate_webhooks": 1, "shuffle_webhooks": 0.5, "corrupt_webhook_rate": 0.5}
    receiver.is_sound = sound
    async with AgencySimulator("moh", tmp_path, receiver.url, **BRISK, **behaviour) as simulator:
        for number in range(5):
            await simulator.submit(f"k/{number}")
        await simulator.ended(5)

        async def doubled() -> bool:
            ids = [
                headers["webhook-id"]
                for headers, content in list(receiver.requests)
                if sound(headers, content)
            ]
            return len(set(ids)) == 10 and all(ids.count(id_) == 2 for id_ in ids)

        await until(doubled, "every change twice")
        assert any(not sound(*request) for request in receiver.requests)


async def test_a_lost_webhook_is_still_in_the_list_of_changes(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator("moh", tmp_path, receiver.url, **BRISK, lose_webhooks=1) as simulator:
        await simulator.submit("k")
        await simulator.ended(1)
        await simulator.change_behaviour(lose_webhooks=0)
        await simulator.submit("l")
        await simulator.ended(2)

        async def sent() -> bool:
            return len(receiver.requests) == 2

        await until(sent, "the changes of the second")
        reference = (await simulator.look_up("l")).json()["referral"]["id"]
        assert {change["referral_id"] for change in verified(receiver)} == {reference}


async def test_the_same_seed_gives_the_same_ends(tmp_path: Path, receiver: WebhookReceiver) -> None:
    mixed = {
        "refuse_rate": 0.4,
        "forward_rate": 0.3,
        "information_rate": 0,
        "late_rate": 0,
        "duration_scale": 0.05,
    }
    ends = []
    for run in ("a", "b"):
        async with AgencySimulator("mlspp", tmp_path / run, receiver.url, **mixed) as simulator:
            for number in range(20):
                await simulator.submit(f"k/{number}")
            ends.append(await until(lambda simulator=simulator: all_ended(simulator, 20), "20 ends"))  # type: ignore[misc]
    assert ends[0] == ends[1]
    assert set(ends[0].values()) == {"DONE", "REJECTED", "REDIRECTED"}


async def test_a_clean_stop_ends_with_zero_and_keeps_everything(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with AgencySimulator("mlspp", tmp_path, receiver.url, **CALM) as simulator:
        await simulator.submit("k")
        assert await simulator.stop() == 0
        await simulator.start()
        assert len((await simulator.look_up("k")).json()["items"]) == 1


async def all_ended(simulator: AgencySimulator, count: int) -> dict[str, str] | None:
    ends = {
        change["externalId"]: change["state"]
        for change in await simulator.changes()
        if change["state"] in ("DONE", "REJECTED", "REDIRECTED")
    }
    return ends if len(ends) == count else None


def sound(headers: dict[str, str], content: str) -> bool:
    try:
        Webhook(SECRET).verify(content, headers)
    except WebhookVerificationError:
        return False
    return True
