"""The webhooks of changes: how often each was tried, and what came of it."""

from collections.abc import Sequence

from simulators.agency.store.database import Database
from simulators.agency.store.records import Delivery

_OUTSTANDING = "SELECT change_id, copy, not_before, attempts FROM deliveries WHERE outcome IS NULL"


class DeliveryTable:
    """The table `deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, change_id: int, copies: Sequence[tuple[float, str | None]]) -> list[Delivery]:
        """Plan each copy of a change's webhook; return those that will be sent."""
        self._database.execute_many(
            "INSERT INTO deliveries (change_id, copy, not_before, outcome) VALUES (?, ?, ?, ?)",
            ((change_id, copy, not_before, outcome) for copy, (not_before, outcome) in enumerate(copies)),
        )
        rows = self._database.execute(_OUTSTANDING + " AND change_id = ?", change_id)
        return [Delivery(**row) for row in rows]

    def outstanding(self) -> list[Delivery]:
        """All webhooks still to be sent."""
        return [Delivery(**row) for row in self._database.execute(_OUTSTANDING)]

    def delivered(self, delivery: Delivery) -> None:
        """Record that the receiver has answered 2xx."""
        self._database.execute(
            "UPDATE deliveries SET outcome = 'delivered', attempts = attempts + 1"
            " WHERE change_id = ? AND copy = ?",
            delivery.change_id,
            delivery.copy,
        )

    def postponed(self, delivery: Delivery) -> None:
        """Record a failed attempt: `delivery` has the attempts so far, and when the next may be."""
        self._database.execute(
            "UPDATE deliveries SET not_before = ?, attempts = ? WHERE change_id = ? AND copy = ?",
            delivery.not_before,
            delivery.attempts,
            delivery.change_id,
            delivery.copy,
        )
