"""What the console counts."""

from prometheus_client import Counter, Gauge

VIEWERS = Gauge("vahid_console_viewers", "Browsers that get live updates now.")
REFUSED = Counter(
    "vahid_console_refused", "Requests that were refused, by the code of the refusal.", ["code"]
)
COMMANDS = Counter(
    "vahid_console_commands", "Commands given in the console, by what became of them.", ["action", "outcome"]
)
