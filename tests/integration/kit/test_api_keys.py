"""API keys against PostgreSQL: shown once, kept as a hash, ended within seconds."""

import hashlib
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from kit import ttl_cache as recent
from kit.api_keys import ApiKeys, api_keys, bearer, issue, revoke
from kit.database import Database
from kit.errors import PermanentError
from kit.problem import Problem
from schemas.actors import Actor

pytestmark = pytest.mark.stack

_MOBILE = Actor(kind="channel", id="mobile")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture
async def token(database: Database) -> str:
    async with database.transaction() as connection:
        return await issue(connection, _MOBILE, ["intake:mobile", "intake:online", "intake:mobile"])


async def _refused(keys: ApiKeys, token: str | None, scope: str = "intake:mobile") -> Problem:
    with pytest.raises(Problem) as caught:
        await keys.authenticate(token, scope)
    return caught.value


async def test_a_key_gives_its_actor_for_each_of_its_scopes(database: Database, token: str) -> None:
    keys = ApiKeys(database)
    assert await keys.authenticate(token, "intake:mobile") == _MOBILE
    assert await keys.authenticate(token, "intake:online") == _MOBILE


async def test_another_scope_is_forbidden_and_stays_so(database: Database, token: str) -> None:
    keys = ApiKeys(database)
    for _ in range(2):
        refused = await _refused(keys, token, "staff")
        assert (refused.status, refused.code) == (403, "forbidden")
        assert token not in str(refused)


async def test_what_is_no_key_is_unauthenticated(database: Database, token: str) -> None:
    keys, (prefix, key_id, secret) = ApiKeys(database), token.split("_", 2)
    for wrong in (
        None,
        "",
        "vahid",
        "vahid__",
        f"{prefix}_{key_id}_",
        f"{prefix}_{key_id}_{secret[:-1]}",
        f"{prefix}_{key_id}_{secret}x",
        f"{prefix}_{'0' * 16}_{secret}",
        f"other_{key_id}_{secret}",
        f"{prefix}_{key_id}'; --_{secret}",
        f"{prefix}_\x00_{secret}",
        f"{prefix}_{key_id}_ə\udcff",
        "x" * 100_000,
    ):
        refused = await _refused(keys, wrong)
        assert (refused.status, refused.code) == (401, "unauthenticated")
        assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_the_secret_has_256_bits_and_only_its_hash_is_kept(database: Database, token: str) -> None:
    _, key_id, secret = token.split("_", 2)
    async with database.transaction() as connection:
        row = (await connection.execute(select(api_keys).where(api_keys.c.key_id == key_id))).one()
    assert len(secret) == 43  # 32 bytes in base64url
    assert secret not in repr(row)
    assert row.secret_hash == hashlib.sha256(secret.encode()).hexdigest()


async def test_a_key_found_good_needs_no_database_for_a_while(database: Database, token: str) -> None:
    keys = ApiKeys(database)
    await keys.authenticate(token, "intake:mobile")
    async with database.transaction() as connection:
        await revoke(connection, token.split("_")[1])
    assert await keys.authenticate(token, "intake:mobile") == _MOBILE


async def test_a_revoked_key_is_refused_within_seconds(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ApiKeys(database)
    await keys.authenticate(token, "intake:mobile")
    async with database.transaction() as connection:
        await revoke(connection, token.split("_")[1])
        await revoke(connection, token.split("_")[1])
    assert (await _refused(ApiKeys(database), token)).status == 401
    later = time.monotonic() + 3
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: later))
    assert (await _refused(keys, token)).status == 401


async def test_revoking_what_is_not_there_is_an_error(database: Database) -> None:
    async with database.transaction() as connection:
        with pytest.raises(PermanentError, match="api_key_unknown"):
            await revoke(connection, "nothing")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
        (None, None),
    ],
)
def test_the_token_is_taken_from_the_header(header: str | None, token: str | None) -> None:
    assert bearer(header) == token
