"""The protocols that the adapter speaks: for each, its mapping and its connector."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import aiohttp
from pydantic import ValidationError

from kit.errors import PermanentError
from services.agency_adapter.access import Access
from services.agency_adapter.connectors.connector import Connector
from services.agency_adapter.connectors.mapping import ConnectorMapping
from services.agency_adapter.connectors.rest.change_schema import change_schema
from services.agency_adapter.connectors.rest.connector import RestConnector
from services.agency_adapter.connectors.rest.mapping import RestMapping

AnyMapping = TypeVar("AnyMapping", bound=ConnectorMapping)


@dataclass(frozen=True)
class ProtocolFamily(Generic[AnyMapping]):
    """A protocol: the mapping of an agency's use of it, its connector, and the schema of its changes."""

    mapping: type[AnyMapping]
    connect: Callable[[AnyMapping, Access, aiohttp.ClientSession], Connector]
    change_schema: Callable[[AnyMapping], dict[str, Any]]


PROTOCOLS: Mapping[str, ProtocolFamily[Any]] = {
    "rest": ProtocolFamily(RestMapping, RestConnector, change_schema),
}


def check_mapping(agency_id: str, document: object) -> ConnectorMapping:
    """The mapping in `document`, the `connector:` section of an agency.

    Raises:
        PermanentError: `mapping_invalid`, naming the agency and each field at fault.
    """
    protocol = document.get("protocol") if isinstance(document, Mapping) else None
    family = PROTOCOLS.get(str(protocol))
    if family is None:
        known = ", ".join(sorted(PROTOCOLS))
        raise _invalid(agency_id, f"connector.protocol: no connector speaks {protocol!r}; known: {known}")
    try:
        mapping: ConnectorMapping = family.mapping.model_validate(document)
    except ValidationError as error:
        faults = (
            f"{'.'.join(['connector', *map(str, fault['loc'])])}: {fault['msg']}" for fault in error.errors()
        )
        raise _invalid(agency_id, "; ".join(faults)) from None
    return mapping


def connect(mapping: ConnectorMapping, access: Access, client: aiohttp.ClientSession) -> Connector:
    """The connector to the agency that `mapping` describes and `access` reaches."""
    return PROTOCOLS[mapping.protocol].connect(mapping, access, client)


def schema_of_changes(mapping: ConnectorMapping) -> dict[str, Any]:
    """The JSON Schema of the changes that the agency sends which `mapping` describes."""
    return PROTOCOLS[mapping.protocol].change_schema(mapping)


def _invalid(agency_id: str, faults: str) -> PermanentError:
    return PermanentError(
        "mapping_invalid",
        f"the mapping of agency {agency_id} is not valid: {faults}.",
        remedy=f"Correct agencies/{agency_id}.yaml in the catalogue.",
    )
