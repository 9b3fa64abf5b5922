"""What the adapter counts. Labels are ids and codes of ours, never values that came in."""

from prometheus_client import Counter, Gauge

STATUSES = Counter(
    "vahid_agency_statuses", "Statuses received from agencies, once each.", ["agency_id", "via", "status"]
)
REPEATED = Counter(
    "vahid_agency_statuses_repeated", "Statuses that had been received before.", ["agency_id", "via"]
)
UNMAPPED = Counter(
    "vahid_agency_unmapped_codes", "Codes that an agency's mapping does not know.", ["agency_id", "part"]
)
WEBHOOKS_REFUSED = Counter(
    "vahid_agency_webhooks_refused", "Webhooks refused, by error code.", ["agency_id", "code"]
)
DEAD_LETTERED = Counter(
    "vahid_agency_changes_dead_lettered",
    "Polled changes that were dead-lettered, by error code.",
    ["agency_id", "code"],
)
DISPATCHES = Counter(
    "vahid_agency_dispatches", "Attempts to deliver an assignment, by outcome.", ["agency_id", "outcome"]
)
MESSAGES = Counter(
    "vahid_agency_messages",
    "Attempts to send a message about an assignment, by kind and outcome.",
    ["agency_id", "kind", "outcome"],
)
POLL_FAILURES = Counter(
    "vahid_agency_poll_failures", "Polls without a usable response, by error code.", ["agency_id", "code"]
)
POLL_LAG = Gauge(
    "vahid_agency_poll_lag_seconds",
    "Real time since an agency's changes were last read to the end by this process, or it started.",
    ["agency_id"],
)
