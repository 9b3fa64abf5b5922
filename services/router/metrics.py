"""What the router counts."""

from prometheus_client import Counter

appeals_routed = Counter(
    "vahid_router_routed", "Appeals routed, by what was decided: opened, joined, triage, held.", ["decision"]
)
statuses_routed = Counter("vahid_router_statuses", "Statuses handed to their cases, by agency.", ["agency"])
