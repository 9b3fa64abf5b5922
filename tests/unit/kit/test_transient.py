import aiohttp
import asyncpg
import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, NotLeaderForPartitionError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from temporalio.service import RPCError, RPCStatusCode

from kit.errors import PermanentError, TransientError
from kit.transient import is_transient


def _wrapped(error: Exception, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("SELECT", {}, error, connection_invalidated=lost)


@pytest.mark.parametrize(
    "error",
    [
        TransientError("away", "away"),
        ConnectionResetError(),
        TimeoutError(),
        OSError(28, "No space left on device"),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.DiskFullError(),
        _wrapped(asyncpg.AdminShutdownError()),
        _wrapped(asyncpg.CannotConnectNowError()),
        _wrapped(asyncpg.QueryCanceledError()),
        _wrapped(asyncpg.InterfaceError("connection is closed"), lost=True),
        _wrapped(asyncpg.InternalClientError("cannot switch to state 15")),
        OperationalError("SELECT", {}, ConnectionRefusedError()),
        KafkaTimeoutError(),
        NotLeaderForPartitionError(),
        RPCError("away", RPCStatusCode.UNAVAILABLE, b""),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        aiohttp.ConnectionTimeoutError("slow"),
    ],
    ids=repr,
)
def test_passes_by_itself(error: BaseException) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        PermanentError("bad", "bad"),
        ValueError(),
        KeyError(),
        FileNotFoundError(),
        IntegrityError("INSERT", {}, asyncpg.UniqueViolationError()),
        _wrapped(asyncpg.UndefinedTableError()),
        MessageSizeTooLargeError(),
        aiohttp.InvalidURL("http:"),
        RPCError("gone", RPCStatusCode.NOT_FOUND, b""),
    ],
    ids=repr,
)
def test_does_not_pass_by_itself(error: BaseException) -> None:
    assert not is_transient(error)
