"""What the adapter counts. Labels are ids and codes of ours, never values that came in."""

from prometheus_client import Counter, Gauge

STATUSES = Counter(
    "vahid_agency_statuses", "Statuses taken from agencies, once each.", ["agency_id", "via", "status"]
)
REPEATED = Counter("vahid_agency_statuses_repeated", "Statuses taken before already.", ["agency_id", "via"])
UNMAPPED = Counter(
    "vahid_agency_unmapped_codes", "Words that an agency's mapping does not know.", ["agency_id", "part"]
)
WEBHOOKS_REFUSED = Counter(
    "vahid_agency_webhooks_refused", "Webhooks that were not taken, by reason.", ["agency_id", "code"]
)
DEAD_LETTERED = Counter(
    "vahid_agency_changes_dead_lettered", "Polled changes that could not be taken.", ["agency_id", "code"]
)
DISPATCHES = Counter(
    "vahid_agency_dispatches", "Attempts to deliver an assignment, by outcome.", ["agency_id", "outcome"]
)
MESSAGES = Counter(
    "vahid_agency_messages",
    "Attempts to tell an agency something about an assignment, by what and by outcome.",
    ["agency_id", "kind", "outcome"],
)
POLL_FAILURES = Counter("vahid_agency_poll_failures", "Polls that brought no answer.", ["agency_id", "code"])
POLL_LAG = Gauge(
    "vahid_agency_poll_lag_seconds",
    "Real time since an agency's changes were last read to the end by this process, or it started.",
    ["agency_id"],
)
