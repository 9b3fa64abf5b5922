"""Which errors pass by themselves: one list for everybody who retries."""

import aiohttp
import asyncpg
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from temporalio.service import RPCError, RPCStatusCode

from kit.errors import InstallationError, PermanentError, TransientError

# SQLSTATE classes and codes, PostgreSQL 18 manual, Appendix A.
_TRANSIENT_CLASSES = frozenset({
    "08",  # connection exception
    "40",  # transaction rollback: serialization failure, deadlock
    "53",  # insufficient resources: disk full, out of memory, too many connections
    "58",  # system error: I/O
})  # fmt: skip
_TRANSIENT_STATES = frozenset({
    "25006",  # read-only transaction: a server that has just become a replica
    "25P03",  # idle in transaction too long
    "55P03",  # lock not available
    "57014",  # query cancelled: statement timeout
    "57P01",  # admin shutdown
    "57P02",  # crash shutdown
    "57P03",  # cannot connect now
    "57P05",  # idle session timeout
})  # fmt: skip
_TRANSIENT_RPC = frozenset({
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.INTERNAL,
})  # fmt: skip
# Faults of the installation: refused credentials, a missing namespace or database.
_INSTALLATION_STATES = ("28", "42501", "3D000")
_INSTALLATION_RPC = frozenset({
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.NOT_FOUND,
})  # fmt: skip
# The operating system's errors about our own files: waiting does not help.
_LASTING_OS_ERRORS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)
_TRANSIENT_TYPES = (
    TransientError,
    PoolTimeoutError,
    TimeoutError,
    EOFError,
    KafkaConnectionError,
    KafkaTimeoutError,
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
)


def is_transient(error: BaseException) -> bool:
    """Whether `error` says that a server, or the way to it, is away, so that the same try may succeed later.

    Lost connections, deadlocks, serialization failures, shutdowns, full disks, timeouts, errors of the
    operating system's network and disk, Kafka's retriable errors, Temporal's unavailable.
    """
    if isinstance(error, (PermanentError, *_LASTING_OS_ERRORS)):
        return False
    if isinstance(error, (*_TRANSIENT_TYPES, OSError)):
        return True
    if isinstance(error, RPCError):
        return error.status in _TRANSIENT_RPC
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(error, SQLAlchemyError | asyncpg.PostgresError) and _is_transient_in_database(error)


def is_of_the_installation(error: BaseException) -> bool:
    """Whether `error` is no fault of what we ask, and stays until a person repairs the installation.

    A server refuses us, or something is missing that everything needs, as a calendar of this year.
    """
    if isinstance(error, InstallationError):
        return True
    if isinstance(error, RPCError):
        return error.status in _INSTALLATION_RPC
    return isinstance(error, SQLAlchemyError | asyncpg.PostgresError) and _sqlstate(error).startswith(
        _INSTALLATION_STATES
    )


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def _is_transient_in_database(error: SQLAlchemyError | asyncpg.PostgresError) -> bool:
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_network(error.orig)):
        return True
    state = _sqlstate(error)
    return state[:2] in _TRANSIENT_CLASSES or state in _TRANSIENT_STATES


def _is_network(error: BaseException | None) -> bool:
    # asyncpg raises an internal error when its connection ends between two steps of one statement.
    signs = (OSError, TimeoutError, asyncpg.InternalClientError)
    return isinstance(error, signs) or isinstance(getattr(error, "__cause__", None), signs)
