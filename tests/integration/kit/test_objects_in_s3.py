"""Objects in a real server that speaks S3: what the folder holds to (tests/unit/kit), held to here too."""

import os
from collections.abc import Iterator

import pytest

from kit.errors import TransientError
from kit.object_store import PART, Objects
from tests.integration.object_server import LOCATION, ObjectServer, object_server
from tests.integration.service import until
from tests.objects import put
from tests.stack import run


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    with object_server(tmp_path_factory.mktemp("objects")) as server:
        run(server.start)
        yield server


@pytest.fixture
def server(running: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> ObjectServer:
    """The server, with its address in this process's environment."""
    running.configure(monkeypatch)
    return running


async def test_what_was_put_is_read_back_in_one_part_or_several_and_listed(server: ObjectServer) -> None:
    objects = Objects(f"{LOCATION}/together")
    contents = [os.urandom(size) for size in (0, 1, 100_000, 2 * PART + 1)]
    addresses = [await put(objects, content) for content in contents]
    assert await put(objects, contents[1]) == addresses[1]
    for address, content in zip(addresses, contents, strict=True):
        assert b"".join([part async for part in objects.read(address)]) == content
        assert await objects.digest(address) == address
    listed = [(found.address, found.size) async for found in objects.all()]
    assert sorted(listed) == sorted(
        (address, len(content)) for address, content in zip(addresses, contents, strict=True)
    )


async def test_what_is_not_there_has_no_digest(server: ObjectServer) -> None:
    objects = Objects(LOCATION)
    await put(objects, b"another")
    assert await objects.digest("0" * 64) is None
    with pytest.raises(FileNotFoundError):
        _ = [part async for part in objects.read("0" * 64)]


async def test_a_server_that_was_killed_is_told_and_has_kept_all_when_it_is_back(
    server: ObjectServer,
) -> None:
    objects = Objects(LOCATION)
    address = await put(objects, b"content")
    server.kill()
    with pytest.raises(TransientError) as raised:
        await put(objects, b"more")
    assert raised.value.code == "objects.unreachable"
    with pytest.raises(TransientError):
        await objects.digest(address)
    await server.start()

    async def is_back() -> bool:
        try:
            return await objects.digest(address) == address
        except TransientError:
            return False

    await until(is_back)
    await put(objects, b"more")


async def test_wrong_keys_are_reported_without_showing_them(
    server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-not-to-be-shown")
    with pytest.raises(TransientError) as raised:
        await put(Objects(LOCATION), b"content")
    assert raised.value.code == "objects.unreachable" and "not-to-be-shown" not in str(raised.value)
