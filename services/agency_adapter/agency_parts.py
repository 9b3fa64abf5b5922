"""What serves one connected agency: its connector, inbox, dispatchers, webhooks, poller, worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from catalogue.model import Catalogue, Vocabularies
from kit.database import Database
from kit.errors import PermanentError
from kit.outbox.relay import Relay
from kit.vault import Vault
from services.agency_adapter.access import Access
from services.agency_adapter.assignment_dispatch import AssignmentDispatcher
from services.agency_adapter.connectors.connector import Connector
from services.agency_adapter.connectors.mapping import ConnectorMapping
from services.agency_adapter.connectors.protocols import check_mapping, connect
from services.agency_adapter.dead_letters import ChangeDeadLetters
from services.agency_adapter.message_dispatch import MessageDispatcher
from services.agency_adapter.polling import Poller
from services.agency_adapter.settings import AdapterSettings
from services.agency_adapter.status_inbox import StatusInbox
from services.agency_adapter.webhook import WebhookReceiver
from workflows.case.contracts import agency_task_queue

GRACE = timedelta(seconds=5)
"""Real time that assignments under way have to end when the process stops."""


@dataclass(frozen=True)
class ConnectedAgency:
    """A connected agency: its protocol mapping, and the access to its system."""

    agency_id: str
    mapping: ConnectorMapping
    access: Access


@dataclass(frozen=True)
class SharedParts:
    """What all agencies share. `pollers` lends the connections held while an agency is asked."""

    settings: AdapterSettings
    database: Database
    pollers: Database
    vault: Vault
    client: aiohttp.ClientSession
    relay: Relay
    dead_letter_relay: Relay
    words: Vocabularies

    def wake_relays(self) -> None:
        """Publish at once what a poll has committed: statuses and dead letters."""
        self.relay.wake()
        self.dead_letter_relay.wake()


@dataclass(frozen=True)
class AgencyParts:
    """What serves one agency."""

    agency: ConnectedAgency
    connector: Connector
    inbox: StatusInbox
    assignments: AssignmentDispatcher
    messages: MessageDispatcher
    webhooks: WebhookReceiver
    poller: Poller


def connected_agencies(catalogue: Catalogue, access: Mapping[str, Access]) -> list[ConnectedAgency]:
    """The agencies to serve, each with its mapping checked.

    Raises:
        PermanentError: naming the agency and what is wrong with its mapping, or that it has none.
    """
    if not access:
        raise PermanentError("no_agencies", "VAHID_AGENCIES names no agency.", remedy="Name at least one.")
    return [
        ConnectedAgency(agency_id, check_mapping(agency_id, catalogue.agency(agency_id).connector), reached)
        for agency_id, reached in sorted(access.items())
    ]


def parts_of(agency: ConnectedAgency, shared: SharedParts, delay: float = 0.0) -> AgencyParts:
    """Everything that serves `agency`; the first poll is in `delay` seconds (real time)."""
    agency_id, clock = agency.agency_id, shared.settings.clock
    connector = connect(agency.mapping, agency.access, shared.client)
    inbox = StatusInbox(agency_id, connector, shared.database, shared.vault)
    callback = shared.settings.callback_of(agency_id)
    wake, interval = shared.relay.wake, shared.settings.poll_seconds
    dead_letters = ChangeDeadLetters(shared.vault)
    return AgencyParts(
        agency,
        connector,
        inbox,
        AssignmentDispatcher(agency_id, agency.mapping, connector, shared.database, shared.vault, callback),
        MessageDispatcher(agency_id, connector, shared.database, shared.vault, shared.words),
        WebhookReceiver(inbox, connector, shared.database, clock, wake),
        Poller(inbox, connector, shared.pollers, dead_letters, clock, interval, shared.wake_relays, delay),
    )


def worker_of(parts: AgencyParts, client: Client) -> Worker:
    """The Temporal worker of one agency's task queue, within the limits of its mapping."""
    mapping = parts.agency.mapping
    return Worker(
        client,
        task_queue=agency_task_queue(parts.agency.agency_id),
        activities=[parts.assignments.dispatch_assignment, parts.messages.send_message],
        max_concurrent_activities=mapping.assignments_at_once,
        max_task_queue_activities_per_second=mapping.assignments_per_second,
        activity_task_poller_behavior=PollerBehaviorAutoscaling(minimum=1, maximum=5, initial=1),
        graceful_shutdown_timeout=GRACE,
    )
