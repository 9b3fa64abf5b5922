"""The REST connector: everything about an agency is in its mapping, nothing in here."""

import json
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import aiohttp
from standardwebhooks import Webhook, WebhookVerificationError
from yarl import URL

from kit import tracing
from kit.errors import PermanentError
from services.agency_adapter import translation
from services.agency_adapter.access import Access
from services.agency_adapter.connectors.base import (
    Accepted,
    AlreadyThere,
    AssignmentContent,
    Change,
    Hearing,
    MalformedChangeError,
    MessageContent,
    MessageKind,
    Page,
    SignatureError,
    Taken,
)
from services.agency_adapter.connectors.http import Answer, Request, call, read_json
from services.agency_adapter.disclosure import value_at
from services.agency_adapter.mapping import RestMapping
from services.agency_adapter.message_mapping import Telling

_DONE = frozenset({200, 201, 202})
_FOUND_OR_NOT = frozenset({200, 404})
_IN_A_PATH = "/%:@!$&'()*+,;="  # RFC 3986, 3.3, and what is encoded already


class RestConnector:
    """One agency's REST interface, as its mapping describes it. See `Connector` for outcomes and errors."""

    def __init__(self, mapping: RestMapping, access: Access, client: aiohttp.ClientSession) -> None:
        self._mapping = mapping
        self._access = access
        self._client = client
        self._webhook = Webhook(access.webhook_secret.get_secret_value())

    async def submit(self, content: AssignmentContent, key: str) -> Taken:
        """POST the assignment; a known duplicate answer is `AlreadyThere`."""
        submit = self._mapping.submit
        body = translation.request_body(self._mapping, content, key)
        headers = {submit.key_header: key} if submit.key_header else {}
        duplicates = {submit.duplicate.http_status} if submit.duplicate else set()
        request = self._request("POST", submit.path, headers=headers, document=body)
        answer = await call(self._client, request, expected=_DONE | duplicates)
        if submit.duplicate and answer.http_status == submit.duplicate.http_status:
            known_as = submit.duplicate.reference
            return AlreadyThere(translation.read_reference(self._mapping, answer.document, known_as))
        reference, code = translation.read_taken(self._mapping, answer.document, submit.answer)
        return Accepted(reference, code)

    async def look_up(self, key: str) -> AlreadyThere | None:
        """GET by our key; an empty list and 404 both mean that the agency has it not."""
        look_up = self._mapping.look_up
        answer = await self._get(look_up.path, {look_up.parameter: key})
        found = self._first(answer)
        if found is None:
            return None
        reference, code = translation.read_taken(self._mapping, found, look_up.answer)
        return AlreadyThere(reference, code)

    def _first(self, answer: Answer) -> object | None:
        path = self._mapping.look_up.items
        if answer.http_status == 404:
            return None
        if path is None:
            return answer.document
        items = translation.items_of(answer.document, path)
        return items[0] if items else None

    async def tell(self, content: MessageContent, message: str) -> Hearing:
        """Send what the mapping says of such a message; the HTTP status tells how it was taken."""
        telling = self._telling(content.kind)
        request = self._request(
            telling.method,
            telling.path.replace("{reference}", quote(content.reference, safe="")),
            headers={telling.id_header: message} if telling.id_header else {},
            params={telling.id_parameter: message} if telling.id_parameter else None,
            document=translation.message_body(self._mapping, telling, content, message) or None,
        )
        answer = await call(self._client, request, expected=telling.told | telling.ended | telling.unknown)
        if answer.http_status in telling.told:
            return "told"
        return "ended" if answer.http_status in telling.ended else "unknown"

    def _telling(self, kind: MessageKind) -> Telling:
        messages = self._mapping.messages
        telling = messages.recall if kind == "recall" else messages.information
        if telling is None:
            raise PermanentError(
                "adapter.no_messages",
                f"the agency's mapping has no place for a message of kind {kind}.",
                remedy=f"Tell it by other means, or add `messages.{kind}` to its mapping.",
            )
        return telling

    async def key_of(self, reference: str) -> str | None:
        """GET by the agency's reference, where it has a place for that; else None."""
        key_of = self._mapping.key_of
        if key_of is None:
            return None
        answer = await self._get(key_of.path.replace("{reference}", quote(reference, safe="")), {})
        key = value_at(answer.document, key_of.key) if answer.http_status == 200 else None
        return key if isinstance(key, str) else None

    async def poll(self, cursor: str | None) -> Page:
        """GET the changes after `cursor`."""
        poll = self._mapping.poll
        since = poll.first if cursor is None else cursor
        query = {poll.cursor_parameter: since, poll.limit_parameter: str(poll.limit)}
        request = self._request("GET", poll.path, params=query)
        answer = await call(self._client, request, expected=frozenset({200}))
        return translation.read_page(self._mapping, answer.document, since)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[Change, ...]:
        """Verify the Standard Webhooks signature over the raw body, then read its one change."""
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a signature that is not even one
            raise SignatureError("webhook_unsigned", "not signed by this agency, or not now.") from None
        return (self.parse_change(body),)

    def parse_change(self, raw: bytes) -> Change:
        """A change is one JSON object, pushed or polled."""
        try:
            document = read_json(raw)
        except PermanentError as error:
            raise MalformedChangeError("change_malformed", error.message) from None
        return translation.read_change(self._mapping, document)

    async def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        return await call(self._client, self._request("GET", path, params=query), expected=_FOUND_OR_NOT)

    def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        document: object = None,
    ) -> Request:
        query = f"?{urlencode(params)}" if params else ""
        # As it stands: decoded and encoded anew, a reference in the path could come to mean another one.
        place = str(self._access.base_url).rstrip("/") + quote(path, safe=_IN_A_PATH)
        url = URL(place + query, encoded=True)
        content = (
            None if document is None else json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        )
        described = {} if content is None else {"Content-Type": "application/json"}
        sent = {**described, **self._authority(), **_trace(), **(headers or {})}
        return Request(method, url, sent, content)

    def _authority(self) -> dict[str, str]:
        auth, token = self._mapping.auth, self._access.token.get_secret_value()
        if auth.kind == "bearer":
            return {"Authorization": f"Bearer {token}"}
        if auth.kind == "header":
            return {auth.header or "": token}
        return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}


def _trace() -> dict[str, str]:
    traceparent = tracing.current()
    return {} if traceparent is None else {"traceparent": traceparent}
