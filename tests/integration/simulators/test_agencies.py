import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.contract.connectors.simulated import SimulatedAgencies
from tests.integration.simulators.process import SECRET, Agency, clock
from tests.integration.simulators.receiver import Receiver
from tests.integration.simulators.tongues import SURNAME, TONGUES, at
from tests.waiting import until

ALL = pytest.mark.parametrize("agency", TONGUES)
CALM: dict[str, Any] = {"refuse_rate": 0, "forward_rate": 0, "information_rate": 0, "late_rate": 0}
BRISK = {**CALM, "duration_scale": 0.1}


def verified(receiver: Receiver) -> list[dict[str, Any]]:
    return [Webhook(SECRET).verify(body, headers) for headers, body in receiver.requests]


@ALL
async def test_an_assignment_is_taken_once_and_found_again(
    agency: str, tmp_path: Path, receiver: Receiver
) -> None:
    async with Agency(agency, tmp_path, receiver.url, **CALM) as body:
        tongue = TONGUES[agency]
        assert (await body.look_up("k/s/1")).status_code == (200 if tongue.lists else 404)
        first, again = await body.submit("k/s/1"), await body.submit("k/s/1")
        assert (first.status_code, again.status_code) == tongue.answers
        answer = at(first.json(), tongue.unwrapped)
        if tongue.repeated:
            assert at(again.json(), tongue.repeated) == answer[tongue.reference]
        else:
            assert at(again.json(), tongue.unwrapped) == answer
        assert {tongue.reference: answer[tongue.reference], **tongue.accepted} == answer
        found = json.dumps((await body.look_up("k/s/1")).json())
        assert found.count('"k/s/1"') == 1
        assert [(one["key"], one["outcome"]) for one in body.log_lines()] == [
            ("k/s/1", "new"),
            ("k/s/1", "duplicate"),
        ]
        assert (await body.get("/_log"))["entries"] == body.log_lines()
        assert SURNAME not in json.dumps(body.log_lines(), ensure_ascii=False)


@ALL
async def test_a_life_is_told_by_changes_and_by_the_same_signed_webhooks(
    agency: str, tmp_path: Path, receiver: Receiver
) -> None:
    async with Agency(agency, tmp_path, receiver.url, **BRISK) as body:
        for number in range(12):
            await body.submit(f"k/{number}")
        changes = await body.ended(12)
        assert changes == await body.changes(page=5)
        assert len(changes) == 12 * TONGUES[agency].per_life

        async def all_sent() -> bool:
            return len(receiver.requests) >= len(changes)

        await until(all_sent, "every change is sent")
        name = TONGUES[agency].ids
        told = sorted(verified(receiver), key=lambda one: str(at(one, name)))
        assert told == sorted(changes, key=lambda one: str(at(one, name)))


async def test_early_news_of_a_referral_can_be_looked_up_by_its_reference(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with Agency("moh", tmp_path, receiver.url, **CALM) as body:
        reference = (await body.submit("k/s/1")).json()["referral"]["id"]
        assert (await body.get(f"/referrals/{reference}"))["referral"]["ext_no"] == "k/s/1"
        assert (await body.client.get("/referrals/unknown")).status_code == 404
        assert (await body.client.get("/referrals/events", params={"after": "unknown"})).status_code == 400


@ALL
async def test_killed_in_the_middle_nothing_is_lost_and_the_sequence_goes_on(
    agency: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.status = 503
    async with Agency(agency, tmp_path, receiver.url, **BRISK) as body:
        taken = [await body.submit(f"k/{number}") for number in range(30)]

        async def some() -> list[dict[str, Any]]:
            return await body.changes()

        before = await until(some, "the first change")
        await body.kill()
        receiver.status = 204
        receiver.requests.clear()
        await body.start()
        assert all(one.is_success for one in taken)
        changes = await body.ended(30)
        assert changes[: len(before)] == before
        assert len(changes) == 30 * TONGUES[agency].per_life
        if agency == "mlspp":
            assert [int(one["changeId"]) for one in changes] == list(range(1, len(changes) + 1))
            assert {(one["externalId"], one["sequence"]) for one in changes} == {
                (f"k/{number}", sequence) for number in range(30) for sequence in (2, 3)
            }
        name = TONGUES[agency].ids

        async def all_sent() -> bool:
            return {str(at(one, name)) for one in verified(receiver)} == {
                str(at(one, name)) for one in changes
            }

        await until(all_sent, "also what was outstanding before the kill is sent")
        assert [one["key"] for one in body.log_lines()] == [f"k/{number}" for number in range(30)]


async def test_the_log_is_whole_after_a_death_before_its_line(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("mlspp", tmp_path, receiver.url, **CALM) as body:
        await body.submit("k/1")
        await body.submit("k/2")
        await body.kill()
        lines = (body.data / "received.jsonl").read_bytes().splitlines(keepends=True)
        (body.data / "received.jsonl").write_bytes(lines[0] + lines[1][:20])
        await body.start()
        assert [one["key"] for one in body.log_lines()] == ["k/1", "k/2"]


@ALL
async def test_wrong_credentials_and_wrong_forms_are_refused(
    agency: str, tmp_path: Path, receiver: Receiver
) -> None:
    async with Agency(agency, tmp_path, receiver.url, **CALM) as body:
        path, headers = TONGUES[agency].submit, {"Idempotency-Key": "k", "X-Request-Id": "k"}
        assert (await body.client.post(path, json={"a": "b"}, headers=headers)).status_code == 422
        assert body.log_lines()[-1]["outcome"] == "invalid"
        look_up, name = TONGUES[agency].look_up
        async with httpx2.AsyncClient(base_url=body.client.base_url) as stranger:
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
            said = {id_: await client.get(hosted.of[id_].url + path) for id_, path in paths.items()}
            behaviour = {
                id_: (await client.get(f"{body.url}/_behaviour")).json() for id_, body in hosted.of.items()
            }
        assert {id_: one.status_code for id_, one in said.items()} == {
            "moh": 503, "sicc": 401, "sabail-executive": 401,
        }  # fmt: skip
        assert [id_ for id_, one in behaviour.items() if one["outage"]] == ["moh"]
    finally:
        await hosted.stop()
    assert {f"agency-{id_}" for id_ in hosted.of} <= set(await asyncio.to_thread(os.listdir, tmp_path))


async def test_behaviour_make_it_fail_and_let_it_recover(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("mlspp", tmp_path, receiver.url, **CALM, duration_scale=1000) as body:
        await body.change_behaviour(outage=True)
        assert (await body.submit("k")).status_code == 503
        await body.change_behaviour(outage=False, error_rate=1)
        assert (await body.submit("k")).status_code == 500
        await body.change_behaviour(error_rate=0, html_errors=1)
        lie = await body.submit("k")
        assert (lie.status_code, lie.headers["content-type"]) == (200, "text/html; charset=utf-8")
        await body.change_behaviour(html_errors=0)
        assert (await body.look_up("k")).json() == {"items": []}
        assert (await body.submit("k")).status_code == 201
        assert (await body.client.put("/_behaviour", json={"outige": True})).status_code == 422
        assert (await body.get("/_behaviour"))["outage"] is False


async def test_a_silent_agency_may_have_taken_it(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("nasimi-executive", tmp_path, receiver.url, **CALM, timeout_after_accept=1) as body:
        body.client.timeout = httpx2.Timeout(0.5)
        with pytest.raises(httpx2.ReadTimeout):
            await body.submit("k")
        assert (await body.look_up("k")).json()["siyahi"][0]["nomre"] == "k"
        assert (await body.submit("k")).status_code == 200
        await body.change_behaviour(blackhole=True)
        with pytest.raises(httpx2.ReadTimeout):
            await body.submit("l")
        await body.change_behaviour(blackhole=False)
        assert (await body.look_up("l")).json() == {"siyahi": []}


async def test_who_hangs_is_let_go_at_the_end(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("moh", tmp_path, receiver.url, **CALM, blackhole=True) as body:
        hanging = asyncio.create_task(body.submit("k"))
        assert (await body.get("/_behaviour"))["blackhole"]
        assert await body.stop() == 0
        with pytest.raises(httpx2.HTTPError):
            (await hanging).raise_for_status()


async def test_webhooks_come_doubled_and_cut_but_in_the_end_whole(tmp_path: Path, receiver: Receiver) -> None:
    behaviour = {"duplicate_webhooks": 1, "shuffle_webhooks": 0.5, "corrupt_webhook_rate": 0.5}
    receiver.is_sound = sound
    async with Agency("moh", tmp_path, receiver.url, **BRISK, **behaviour) as body:
        for number in range(5):
            await body.submit(f"k/{number}")
        await body.ended(5)

        async def doubled() -> bool:
            ids = [headers["webhook-id"] for headers, body in list(receiver.requests) if sound(headers, body)]
            return len(set(ids)) == 10 and all(ids.count(one) == 2 for one in ids)

        await until(doubled, "every change twice")
        assert any(not sound(*one) for one in receiver.requests)


async def test_lost_webhooks_leave_only_the_changes(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("moh", tmp_path, receiver.url, **BRISK, lose_webhooks=1) as body:
        await body.submit("k")
        await body.ended(1)
        await body.change_behaviour(lose_webhooks=0)
        await body.submit("l")
        await body.ended(2)

        async def told() -> bool:
            return len(receiver.requests) == 2

        await until(told, "the changes of the second")
        reference = (await body.look_up("l")).json()["referral"]["id"]
        assert {one["referral_id"] for one in verified(receiver)} == {reference}


async def test_the_same_seed_gives_the_same_ends(tmp_path: Path, receiver: Receiver) -> None:
    mixed = {
        "refuse_rate": 0.4,
        "forward_rate": 0.3,
        "information_rate": 0,
        "late_rate": 0,
        "duration_scale": 0.05,
    }
    ends = []
    for run in ("a", "b"):
        async with Agency("mlspp", tmp_path / run, receiver.url, **mixed) as body:
            for number in range(20):
                await body.submit(f"k/{number}")
            ends.append(await until(lambda body=body: all_ended(body, 20), "20 ends"))  # type: ignore[misc]
    assert ends[0] == ends[1]
    assert set(ends[0].values()) == {"DONE", "REJECTED", "REDIRECTED"}


async def test_a_clean_stop_ends_with_zero_and_keeps_everything(tmp_path: Path, receiver: Receiver) -> None:
    async with Agency("mlspp", tmp_path, receiver.url, **CALM) as body:
        await body.submit("k")
        assert await body.stop() == 0
        await body.start()
        assert len((await body.look_up("k")).json()["items"]) == 1


async def all_ended(body: Agency, count: int) -> dict[str, str] | None:
    ends = {
        one["externalId"]: one["state"]
        for one in await body.changes()
        if one["state"] in ("DONE", "REJECTED", "REDIRECTED")
    }
    return ends if len(ends) == count else None


def sound(headers: dict[str, str], body: str) -> bool:
    try:
        Webhook(SECRET).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True
