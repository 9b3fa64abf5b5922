"""What schemathesis is told of us: the formats of ours, documents as bodies, and how callers authenticate.

The command line of schemathesis loads this module (`SCHEMATHESIS_HOOKS`). The environment names the API key
(`TESTED_API_KEY`) or the webhook secret (`TESTED_WEBHOOK_SECRET`) of the caller, and the clock of the service
(`VAHID_CLOCK`), if it has one.
"""

import json
import os
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import requests
import schemathesis
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from schemathesis import Case, SerializationContext
from schemathesis.core import NotSet
from standardwebhooks import Webhook

from catalogue.loader import load
from kit.clock import Clock
from kit.damaged_text import means_none
from kit.foreign_json import ForeignJsonError, read_json
from services.intake.appeals.fields import undamaged, valued, without_holes
from tests.integration.described.running import API_KEY, WEBHOOK_SECRET
from tests.unit.intake.documents import ALLOWED

_DRAWN = st.characters(
    categories=["L", "N", "P", "S"], max_codepoint=0xFFFF, exclude_characters="?\u2800\u3164\uffa0"
)
_CLOCK = Clock.model_validate_json(os.environ.get("VAHID_CLOCK", "{}"))
_NAMES = st.text(st.sampled_from("aəbcçdeəfgğhxıijkqlmnoöprsştuüvyz"), min_size=1, max_size=30)
_WORD = st.text(st.sampled_from(string.ascii_lowercase + string.digits), min_size=1, max_size=20)
_PAST = st.dates(date(1905, 1, 1), date(2020, 12, 31))
_SECONDS = st.integers(946_684_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_AGENCIES_DATES = ("%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S")


def is_whole(text: str) -> bool:
    """Whether it is a value that no program damaged."""
    try:
        valued(without_holes(undamaged(text)))
    except PydanticCustomError:
        return False
    return True


schemathesis.openapi.format("line", st.text(_DRAWN, min_size=1, max_size=60).filter(is_whole))
schemathesis.openapi.format("prose", st.text(_DRAWN, min_size=1, max_size=200).filter(is_whole))
schemathesis.openapi.format("person-name", _NAMES.filter(is_whole))
schemathesis.openapi.format("district", st.sampled_from(sorted(load().vocabularies.districts)))
_DAYS_AGO = st.integers(2, 360).map(timedelta)
schemathesis.openapi.format("receipt", _DAYS_AGO.map(lambda ago: (_CLOCK.now() - ago).date().isoformat()))
schemathesis.openapi.format("phone", st.integers(2000000, 9999999).map(lambda number: f"+99450{number}"))
schemathesis.openapi.format("email", st.builds("{}@{}.az".format, _WORD, _WORD))
schemathesis.openapi.format("date", _PAST.map(date.isoformat))
schemathesis.openapi.format("date-time", _SECONDS.map(datetime.isoformat))
for written in _AGENCIES_DATES:
    schemathesis.openapi.format(written, st.builds(datetime.strftime, _SECONDS, st.just(written)))
for media_type, content in ALLOWED.items():
    schemathesis.openapi.media_type(media_type, st.just(content))


@schemathesis.serializer("application/x-ndjson")
def lines(_context: SerializationContext, value: object) -> bytes:
    """JSON Lines as they are."""
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


@schemathesis.hook
def filter_case(_context: schemathesis.HookContext, case: Case) -> bool:
    """Drop what cannot be sent, or is valid or not for a reason that a JSON Schema cannot state.

    A batch is a text. JSON has to be such as every reader reads alike (I-JSON, RFC 7493). Where a text says
    that there is no value, what is wrong as a value is right: the field is missing.
    """
    if isinstance(case.body, NotSet):
        return True
    if case.media_type == "application/x-ndjson":
        return isinstance(case.body, str | bytes)
    if case.media_type != "application/json":
        return True
    if case.meta is not None and case.meta.generation.mode.is_positive:
        return _is_read_alike(case.body)
    return not any(map(means_none, _texts(case.body)))


def _texts(value: object) -> Iterator[str]:
    """Every text in a body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _is_read_alike(body: object) -> bool:
    try:
        read_json(json.dumps(body))
    except ForeignJsonError:
        return False
    return True


class Signed(requests.auth.AuthBase):
    """Signs the body of a webhook as it goes out, as of now; headers that are missing stay missing."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the signature."""
        now = datetime.now(UTC)
        headers = request.headers
        if str(headers.get("webhook-timestamp", "")).isdecimal():
            headers["webhook-timestamp"] = str(int(now.timestamp()))
        body = request.body or b""
        content = body.decode(errors="replace") if isinstance(body, bytes) else body
        headers["webhook-signature"] = self._webhook.sign(str(headers.get("webhook-id")), now, content)
        return request


if secret := os.environ.get(WEBHOOK_SECRET):
    schemathesis.auth.set_from_requests(Signed(secret))


if key := os.environ.get(API_KEY):

    @schemathesis.auth()
    class KeyOfAChannel:
        """Sends the API key."""

        def get(self, _case: Case, _context: schemathesis.AuthContext) -> str:
            """The key."""
            return key

        def set(self, case: Case, data: str, _context: schemathesis.AuthContext) -> None:
            """Send it."""
            case.headers["Authorization"] = f"Bearer {data}"
