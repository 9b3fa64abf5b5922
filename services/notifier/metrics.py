"""What the notifier counts."""

from prometheus_client import Counter, Gauge

NOTIFICATIONS = Counter(
    "vahid_notifications",
    "Notifications by outcome: sent, retried, parked, failed, skipped.",
    ["channel", "kind", "outcome"],
)
UNREACHABLE = Counter(
    "vahid_notifications_unreachable", "Times that a channel's provider could not be reached.", ["channel"]
)
PARKED = Gauge(
    "vahid_notifications_parked",
    "Notifications whose outcome is unknown: a person must settle them.",
    ["channel"],
)
OLDEST_PLANNED_AGE = Gauge(
    "vahid_notifications_oldest_planned_age_seconds",
    "Age of the oldest notification still to be sent; 0 when there is none.",
    ["channel"],
)
