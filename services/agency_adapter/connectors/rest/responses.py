"""Responses of an agency, read by its mapping: references, lists, pages of changes. Pure."""

from kit.errors import PermanentError
from services.agency_adapter.connectors.connector import (
    Change,
    ChangePage,
    MalformedChangeError,
    RejectedChange,
)
from services.agency_adapter.connectors.rest import fields
from services.agency_adapter.connectors.rest.changes import raw, read_change
from services.agency_adapter.connectors.rest.mapping import WHOLE, ResponsePaths, RestMapping
from services.agency_adapter.json_path import value_at

UNREADABLE = "agency_response_unreadable"


def read_acceptance(mapping: RestMapping, document: object, paths: ResponsePaths) -> tuple[str, str | None]:
    """The agency's reference and, where it gives one, its status code, in a response about an assignment.

    Raises:
        PermanentError: `agency_response_unreadable`.
    """
    reference = read_reference(mapping, document, paths.reference)
    if paths.code is None:
        return reference, None
    return reference, fields.raw_code(value_at(document, paths.code), mapping.statuses)


def read_reference(mapping: RestMapping, document: object, path: str) -> str:
    """The agency's reference at `path` in a response.

    Raises:
        PermanentError: `agency_response_unreadable`.
    """
    reference = fields.identifier(value_at(document, path), mapping.reference_shape)
    if reference is None:
        raise PermanentError(UNREADABLE, f"the response has no reference of the agreed shape at {path}.")
    return reference


def read_page(mapping: RestMapping, document: object, cursor: str) -> ChangePage:
    """The changes in the response to a poll from `cursor`. A change that cannot be read blocks no other.

    Raises:
        PermanentError: `agency_response_unreadable`, the response itself is not as agreed.
    """
    items = items_of(document, mapping.poll.items)
    changes = tuple(_change(mapping, item) for item in items)
    return ChangePage(changes, _next_cursor(mapping, document, items, cursor))


def items_of(document: object, path: str) -> list[object]:
    """The list at `path` in a response; at `$`, the whole response.

    Raises:
        PermanentError: `agency_response_unreadable`, there is no list.
    """
    items = document if path == WHOLE else value_at(document, path)
    if not isinstance(items, list):
        raise PermanentError(UNREADABLE, f"the response has no list at {path}")
    return items


def _change(mapping: RestMapping, item: object) -> Change | RejectedChange:
    try:
        return read_change(mapping, item)
    except MalformedChangeError as error:
        return RejectedChange(error.code, raw(item))


def _next_cursor(mapping: RestMapping, document: object, items: list[object], cursor: str) -> str:
    if mapping.poll.next is not None:
        found = fields.identifier(value_at(document, mapping.poll.next), fields.ANY_SHAPE)
        if found is None:
            raise PermanentError(UNREADABLE, f"the response has no cursor at {mapping.poll.next}")
        return found
    path = mapping.poll.next_of_item or ""
    cursors = (fields.identifier(value_at(item, path), mapping.status_id_shape) for item in reversed(items))
    return next((found for found in cursors if found is not None), cursor)
