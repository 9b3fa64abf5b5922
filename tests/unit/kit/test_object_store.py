"""Objects in a folder: found by their own digest, whole, and missed or found changed where they are."""

import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from kit.errors import PermanentError, TransientError
from kit.object_store import PART, Objects, StoredObject
from tests.objects import put


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(str(tmp_path / "sənədlər #1"))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def listed(objects: Objects) -> list[StoredObject]:
    return [found async for found in objects.all()]


@pytest.mark.parametrize("size", [0, 1, 100_000, 2 * PART + 1])
async def test_what_was_put_is_read_back_and_is_its_own_address(objects: Objects, size: int) -> None:
    content = os.urandom(size)
    address = await put(objects, content)
    assert b"".join([part async for part in objects.read(address)]) == content
    assert await objects.digest(address) == address


async def test_the_same_bytes_twice_are_one_object(objects: Objects) -> None:
    address = await put(objects, b"one")
    assert await put(objects, b"one") == address
    await put(objects, b"another")
    assert sorted(found.size for found in await listed(objects)) == [3, 7]
    assert address in {found.address for found in await listed(objects)}


async def test_what_is_not_there_has_no_digest(objects: Objects) -> None:
    assert await objects.digest("0" * 64) is None
    assert await listed(objects) == []
    with pytest.raises(FileNotFoundError):
        _ = [part async for part in objects.read("0" * 64)]


async def test_a_changed_object_has_another_digest(objects: Objects, tmp_path: Path) -> None:
    address = await put(objects, b"content")
    [file] = files(tmp_path)
    file.write_bytes(b"Content")
    assert await objects.digest(address) == sha256(b"Content").hexdigest()


async def test_the_folder_is_its_owners_alone(objects: Objects, tmp_path: Path) -> None:
    await put(objects, b"content")
    [file] = files(tmp_path)
    assert stat.S_IMODE(file.parents[1].stat().st_mode) == 0o700


async def test_a_store_that_cannot_be_written_is_told_and_will_pass(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TransientError, match="cannot be reached"):
        await put(Objects(str(tmp_path / "file" / "folder")), b"content")


async def test_a_store_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "do-not-show",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TransientError) as raised:
        await put(Objects("s3://bucket/prefix"), b"content")
    assert raised.value.code == "objects.unreachable" and "do-not-show" not in str(raised.value)


def test_another_kind_of_location_is_refused() -> None:
    with pytest.raises(PermanentError, match="s3://"):
        Objects("ftp://somewhere/else")
