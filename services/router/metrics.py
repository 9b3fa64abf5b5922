"""What the router counts."""

from prometheus_client import Counter

APPEALS_ROUTED = Counter(
    "vahid_router_routed", "Appeals routed, by what was decided: opened, joined, triage, held.", ["decision"]
)
STATUSES_ROUTED = Counter("vahid_router_statuses", "Statuses handed to their cases, by agency.", ["agency"])
