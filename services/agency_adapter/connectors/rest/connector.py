"""The REST connector. Everything about an agency is in its mapping, nothing in here."""

import json
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import aiohttp
from standardwebhooks import Webhook, WebhookVerificationError
from yarl import URL

from kit import tracing
from kit.errors import PermanentError
from kit.foreign_json import read_json
from kit.http_headers import CONTENT_TYPE, TRACEPARENT
from services.agency_adapter.access import Access
from services.agency_adapter.connectors.connector import (
    Accepted,
    AlreadyThere,
    AssignmentContent,
    Change,
    ChangePage,
    MalformedChangeError,
    MessageContent,
    MessageKind,
    MessageOutcome,
    SignatureError,
    SubmitOutcome,
)
from services.agency_adapter.connectors.http import HttpRequest, HttpResponse, call
from services.agency_adapter.connectors.rest import request_body, responses
from services.agency_adapter.connectors.rest.changes import read_change
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.message_mapping import MessageRequest
from services.agency_adapter.json_path import value_at

_ACCEPTED = frozenset({200, 201, 202})
_FOUND_OR_NOT = frozenset({200, 404})
_IN_A_PATH = "/%:@!$&'()*+,;="  # RFC 3986, 3.3, and what is encoded already


class RestConnector:
    """One agency's REST interface, as its mapping describes it. See `Connector` for outcomes and errors."""

    def __init__(self, mapping: RestMapping, access: Access, client: aiohttp.ClientSession) -> None:
        self._mapping = mapping
        self._access = access
        self._client = client
        self._webhook = Webhook(access.webhook_secret.get_secret_value())

    async def submit(self, content: AssignmentContent, key: str) -> SubmitOutcome:
        """POST the assignment. The agreed response to a duplicate is `AlreadyThere`."""
        submit = self._mapping.submit
        body = request_body.assignment_body(self._mapping, content, key)
        headers = {submit.key_header: key} if submit.key_header else {}
        duplicates = {submit.duplicate.http_status} if submit.duplicate else set()
        request = self._request("POST", submit.path, headers=headers, document=body)
        response = await call(self._client, request, expected=_ACCEPTED | duplicates)
        if submit.duplicate and response.status == submit.duplicate.http_status:
            path = submit.duplicate.reference
            return AlreadyThere(responses.read_reference(self._mapping, response.document, path))
        return Accepted(*responses.read_acceptance(self._mapping, response.document, submit.response))

    async def look_up(self, key: str) -> AlreadyThere | None:
        """GET by our key. An empty list and 404 both mean that the agency does not have it."""
        look_up = self._mapping.look_up
        response = await self._get(look_up.path, {look_up.parameter: key})
        found = self._first(response)
        if found is None:
            return None
        return AlreadyThere(*responses.read_acceptance(self._mapping, found, look_up.response))

    def _first(self, response: HttpResponse) -> object | None:
        path = self._mapping.look_up.items
        if response.status == 404:
            return None
        if path is None:
            return response.document
        items = responses.items_of(response.document, path)
        return items[0] if items else None

    async def send_message(self, content: MessageContent, message_id: str) -> MessageOutcome:
        """Send the message as the mapping states. The HTTP status gives the outcome."""
        mapped = self._message_request(content.kind)
        request = self._request(
            mapped.method,
            mapped.path.replace("{reference}", quote(content.reference, safe="")),
            headers={mapped.id_header: message_id} if mapped.id_header else {},
            params={mapped.id_parameter: message_id} if mapped.id_parameter else None,
            document=request_body.message_body(self._mapping, mapped, content, message_id) or None,
        )
        expected = mapped.accepted | mapped.ended | mapped.unknown
        response = await call(self._client, request, expected=expected)
        if response.status in mapped.accepted:
            return "accepted"
        return "ended" if response.status in mapped.ended else "unknown"

    def _message_request(self, kind: MessageKind) -> MessageRequest:
        messages = self._mapping.messages
        request = messages.recall if kind == "recall" else messages.information
        if request is None:
            raise PermanentError(
                "adapter.no_messages",
                f"the agency's mapping has no place for a message of kind {kind}.",
                remedy=f"Inform the agency by other means, or add `messages.{kind}` to its mapping.",
            )
        return request

    async def key_of(self, reference: str) -> str | None:
        """GET by the agency's reference, where the mapping has `key_of`; else None."""
        key_of = self._mapping.key_of
        if key_of is None:
            return None
        response = await self._get(key_of.path.replace("{reference}", quote(reference, safe="")), {})
        key = value_at(response.document, key_of.key) if response.status == 200 else None
        return key if isinstance(key, str) else None

    async def poll(self, cursor: str | None) -> ChangePage:
        """GET the changes after `cursor`."""
        poll = self._mapping.poll
        since = poll.first if cursor is None else cursor
        query = {poll.cursor_parameter: since, poll.limit_parameter: str(poll.limit)}
        request = self._request("GET", poll.path, params=query)
        response = await call(self._client, request, expected=frozenset({200}))
        return responses.read_page(self._mapping, response.document, since)

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
        except ValueError:
            raise MalformedChangeError("change_malformed", "not a JSON document that can be read") from None
        return read_change(self._mapping, document)

    async def _get(self, path: str, query: Mapping[str, str]) -> HttpResponse:
        return await call(self._client, self._request("GET", path, params=query), expected=_FOUND_OR_NOT)

    def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        document: object = None,
    ) -> HttpRequest:
        query = f"?{urlencode(params)}" if params else ""
        # Kept encoded: decoded and encoded again, a reference in the path could come to mean another one.
        place = str(self._access.base_url).rstrip("/") + quote(path, safe=_IN_A_PATH)
        url = URL(place + query, encoded=True)
        content = (
            None if document is None else json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        )
        described = {} if content is None else {CONTENT_TYPE: "application/json"}
        sent = {**described, **self._authority(), **_trace(), **(headers or {})}
        return HttpRequest(method, url, sent, content)

    def _authority(self) -> dict[str, str]:
        auth, token = self._mapping.auth, self._access.token.get_secret_value()
        if auth.kind == "bearer":
            return {"Authorization": f"Bearer {token}"}
        if auth.kind == "header":
            return {auth.header or "": token}
        return {"Authorization": f"Basic {b64encode(token.encode()).decode()}"}


def _trace() -> dict[str, str]:
    traceparent = tracing.current()
    return {} if traceparent is None else {TRACEPARENT: traceparent}
