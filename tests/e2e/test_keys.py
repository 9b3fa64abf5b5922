"""An API key from its issue to its revocation, by the command line, at a running intake."""

import json
import uuid

from tests.e2e.installation import PATIENCE, Installation
from tests.unit.intake.submissions import body
from tests.waiting import until


async def _status(installation: Installation, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"keyed-{uuid.uuid4()}"}
    person = {"surname": "Açarlı", "name": "Kəs", "phone": "+994552000099"}
    appeal = body(services=None, text="Kömək edin.", applicant=person)
    response = await installation.post(headers, json=appeal)
    if response.status_code == 201:
        await installation.settle_triage(await installation.case_of(response))
    return response.status_code


async def test_intake_accepts_a_key_until_it_is_revoked(installation: Installation) -> None:
    account = f"kiosk-{uuid.uuid4().hex[:6]}"
    issued = installation.vahid("keys", "issue", "channel", account, "--scope", "intake:online", "--json")
    key = json.loads(issued.stdout)["key"]
    assert await _status(installation, key) == 201

    listed = json.loads(installation.vahid("keys", "list", "--json").stdout)
    [mine] = [entry for entry in listed if entry["actor"] == f"channel {account}"]
    assert mine["revoked_at"] is None and key not in json.dumps(listed)
    for _ in range(2):  # the second changes nothing
        revoked = installation.vahid("keys", "revoke", mine["key_id"], "--json")
        assert (revoked.returncode, json.loads(revoked.stdout)) == (0, {"revoked": mine["key_id"]})

    async def refused() -> bool:
        return await _status(installation, key) == 401

    await until(refused, "the revoked key is refused", PATIENCE)


def test_an_unknown_key_or_scope_and_an_unreachable_database_are_named(
    installation: Installation,
) -> None:
    unknown = installation.vahid("keys", "revoke", "0" * 16)
    assert unknown.returncode == 1 and "0" * 16 in unknown.stderr
    no_scope = installation.vahid("keys", "issue", "channel", "kiosk", "--scope", "everything")
    assert no_scope.returncode == 2 and "everything" in no_scope.stderr
    unreachable = installation.vahid(
        "keys", "list", VAHID_DATABASE_URL="postgresql+asyncpg://v@127.0.0.1:1/v"
    )
    assert unreachable.returncode == 2 and "could not be reached" in unreachable.stderr
