"""What the router counts."""

from prometheus_client import Counter, Gauge

APPEALS_ROUTED = Counter(
    "vahid_router_routed", "Appeals routed, by decision: opened, joined, triage, manual_review.", ["decision"]
)
STATUSES_ROUTED = Counter(
    "vahid_router_statuses", "Statuses submitted to their cases, by agency.", ["agency"]
)
UNPROVEN = Counter(
    "vahid_router_unproven",
    "Messages of appeals and documents that do not prove that intake published them, by code.",
    ["code"],
)
NOTICE_OUTCOMES_ROUTED = Counter(
    "vahid_router_notice_outcomes",
    "Reports submitted to their cases on whether anybody was told, by delivery: undelivered, delivered.",
    ["delivery"],
)
CALENDAR_ENDS = Gauge(
    "vahid_router_calendar_ends_timestamp_seconds",
    "The end of the last year that the catalogue's calendar knows, in business time.",
)
