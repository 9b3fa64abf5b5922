"""What consumers count."""

from prometheus_client import Counter, Gauge, Histogram

SETTLED = Counter("vahid_consumer_messages", "Messages settled, by outcome.", ["group", "topic", "outcome"])
RETRIES = Counter("vahid_consumer_retries", "Failed tries that are made again.", ["group", "topic"])
HANDLE_SECONDS = Histogram(
    "vahid_consumer_handle_seconds", "Time of one try of a handler.", ["group", "topic"]
)
LAG = Gauge("vahid_consumer_lag", "Messages of a partition not yet read.", ["group", "topic", "partition"])
OLDEST_AGE = Gauge(
    "vahid_consumer_oldest_age_seconds",
    "Age of the oldest message not yet settled, from when it was published.",
    ["group", "topic"],
)
HALTED = Gauge(
    "vahid_consumer_halted",
    "1 once the consumer takes no more messages, after too many unexpected failures in a row; else 0.",
    ["group"],
)
