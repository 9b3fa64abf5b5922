"""What the router counts."""

from prometheus_client import Counter

APPEALS_ROUTED = Counter(
    "vahid_router_routed", "Appeals routed, by decision: opened, joined, triage, manual_review.", ["decision"]
)
STATUSES_ROUTED = Counter(
    "vahid_router_statuses", "Statuses submitted to their cases, by agency.", ["agency"]
)
