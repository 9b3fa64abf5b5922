"""Settings of the router."""

from kit.settings import Settings


class RouterSettings(Settings):
    """What the router knows beside the common settings: nothing but how many messages it handles at once."""

    router_workers: int = 4
