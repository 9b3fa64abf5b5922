"""Settings of the router."""

from kit.settings import Settings


class RouterSettings(Settings):
    """What the router knows beside the common settings: how many messages it handles at once.

    Each waits for Temporal, so as many as there are partitions of its two topics (ADR 25).
    """

    router_workers: int = 24
