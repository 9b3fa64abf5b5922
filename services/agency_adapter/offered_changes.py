"""Takes in changes that a redrive offers again."""

from collections.abc import Mapping
from dataclasses import dataclass

from kit.database import Database
from kit.errors import PermanentError
from kit.vault import Vault
from schemas.agency_changes import OfferedChange
from schemas.envelope import CloudEvent
from services.agency_adapter.connectors.connector import Connector
from services.agency_adapter.status_inbox import Arrival, StatusInbox


@dataclass(frozen=True)
class OfferedChangeHandler:
    """Handles offered changes of all connected agencies; the mappings are by agency id."""

    inboxes: Mapping[str, StatusInbox]
    connectors: Mapping[str, Connector]
    database: Database
    vault: Vault

    async def __call__(self, event: CloudEvent[OfferedChange]) -> None:
        """Take the change in as of the poll that first returned it.

        Raises:
            PermanentError: it still cannot be used.
        """
        offered = event.data
        inbox, connector = self.inboxes.get(offered.agency_id), self.connectors.get(offered.agency_id)
        if inbox is None or connector is None:
            raise PermanentError("unknown_agency", f"{offered.agency_id} is not connected.")
        async with self.database.transaction() as connection:
            change = connector.parse_change(await self.vault.open(connection, offered.sealed))
            assignment = await inbox.assignment_of(connection, change)
        assignment = assignment or await inbox.early_assignment_of(change)
        if assignment is None:
            raise PermanentError("unknown_assignment", "no such assignment was sent to this agency.")
        arrival = Arrival("poll", offered.received_at, None)
        async with self.database.transaction() as connection:
            is_new = await inbox.receive(connection, change, assignment, arrival)
        inbox.count(change, "poll", is_new=is_new)
