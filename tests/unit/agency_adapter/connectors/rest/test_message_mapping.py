"""Mappings that cannot send a message are refused, with the reason."""

from typing import Any

import pytest

from kit.errors import PermanentError
from services.agency_adapter.connectors.protocols import check_mapping
from services.agency_adapter.connectors.rest.mapping import RestMapping
from services.agency_adapter.connectors.rest.message_mapping import MessageRequest
from tests.packaged import packaged

RECALL: dict[str, Any] = {"path": "/x/{reference}", "body": {"no": "message"}}
INFORMATION: dict[str, Any] = {"path": "/y/{reference}", "body": {"no": "message", "text": "text"}}


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ({"recall": {"path": "/x/{reference}"}}, "the message's id travels nowhere"),
        ({"recall": {"path": "/x", "id_header": "X-No"}}, "names the assignment"),
        ({"recall": {**RECALL, "accepted": [200], "ended": [200]}}, "one outcome only"),
        ({"recall": {**RECALL, "accepted": []}}, "at least 1 item"),
        ({"recall": {**RECALL, "accepted": [500]}}, "less than or equal to 499"),
        ({"recall": {**RECALL, "body": {"no": "message", "text": "text"}}}, "a recall has no `text`"),
        ({"information": RECALL}, "must send `text`"),
        (
            {"information": {**INFORMATION, "body": {"no": "message", "who": "applicant.name"}}},
            "no such field",
        ),
        ({"recall": {**RECALL, "body": {"on": {"from": "due_at", "as": "iso"}}}}, "no such field"),
        ({"reminder": RECALL}, "Extra inputs"),
    ],
)
def test_a_mapping_that_cannot_send_a_message_is_refused(messages: dict[str, Any], fault: str) -> None:
    with pytest.raises(PermanentError, match=fault):
        check_mapping("moh", {**(packaged().agency("moh").connector or {}), "messages": messages})


def test_an_agency_may_have_no_place_for_messages() -> None:
    document = dict(packaged().agency("moh").connector or {})
    del document["messages"]
    mapping = check_mapping("moh", document)
    assert isinstance(mapping, RestMapping)
    assert (mapping.messages.recall, mapping.messages.information) == (None, None)


def test_where_the_mapping_names_no_status_these_mean_that_the_agency_has_it() -> None:
    request = MessageRequest.model_validate(RECALL)
    assert (request.method, request.accepted) == ("POST", {200, 201, 202, 204})
    assert (request.ended, request.unknown) == (set(), {404})
