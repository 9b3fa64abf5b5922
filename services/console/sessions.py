"""Sessions: kept at the server, named by a cookie that is new with each sign-in."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update

from kit.database import Database
from services.console.people import Person
from services.console.tables import sessions

_FRESH = timedelta(minutes=1)
"""A use within this time of the last one is not written."""


class Session(NamedTuple):
    """A session that holds. `form_token` is what each of its forms carries."""

    person: Person
    form_token: str

    def owns_form(self, token: str) -> bool:
        """Whether a form with `token` was made for this session."""
        return hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """The sessions in the database. Times are real, not business times."""

    def __init__(self, database: Database, lasting: timedelta, idle: timedelta) -> None:
        self._database = database
        self._lasting = lasting
        self._idle = idle

    async def start(self, person: Person, replaced: str | None) -> str:
        """Start a session, end the one that the browser had, and return the cookie of the new one."""
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        row = {
            "token_hash": _hash(token),
            "person": person.model_dump(mode="json"),
            "form_token": secrets.token_urlsafe(24),
            "started_at": now,
            "used_at": now,
        }
        ended = (sessions.c.token_hash == _hash(replaced or "")) | self._over(now)
        async with self._database.transaction() as connection:
            await connection.execute(delete(sessions).where(ended))
            await connection.execute(sessions.insert().values(row))
        return token

    async def find(self, token: str | None) -> Session | None:
        """The session of that cookie, if it holds."""
        if not token:
            return None
        now, named = datetime.now(UTC), sessions.c.token_hash == _hash(token)
        async with self._database.transaction() as connection:
            row = (await connection.execute(select(sessions).where(named, ~self._over(now)))).one_or_none()
            if row is not None and now - row.used_at > _FRESH:
                await connection.execute(update(sessions).where(named).values(used_at=now))
        return None if row is None else Session(Person.model_validate(row.person), row.form_token)

    async def end(self, token: str) -> None:
        """End the session of that cookie."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.token_hash == _hash(token)))

    def _over(self, now: datetime) -> ColumnElement[bool]:
        return (sessions.c.started_at < now - self._lasting) | (sessions.c.used_at < now - self._idle)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
