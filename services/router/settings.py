"""Settings of the router."""

from kit.settings import Settings


class RouterSettings(Settings):
    """What the router knows beside the common settings: how many messages it handles at once.

    Each waits for Temporal, which gets slower the more wait: a few wait here instead (ADR 25).
    """

    router_workers: int = 10
