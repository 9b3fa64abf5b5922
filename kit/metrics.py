"""Metrics of every service's HTTP server. A service's own metrics stand in its `metrics.py`."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter(
    "vahid_http_requests",
    "Responses sent, by route template.",
    ["service", "method", "route", "status"],
)
HTTP_REQUEST_DURATION = Histogram(
    "vahid_http_request_duration_seconds",
    "Time from the first byte of a request's head to the end of its response.",
    ["service", "method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
HTTP_REQUESTS_IN_PROGRESS = Gauge(
    "vahid_http_requests_in_progress",
    "Requests in progress now.",
    ["service"],
)
