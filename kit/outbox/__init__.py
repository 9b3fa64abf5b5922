"""The transactional outbox: what is to be published is written with its cause, in one transaction."""

from kit.outbox.relay import Relay
from kit.outbox.table import OutboxMessage, enqueue, outbox_rows, outbox_table

__all__ = ["OutboxMessage", "Relay", "enqueue", "outbox_rows", "outbox_table"]
