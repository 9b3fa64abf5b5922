"""Keys of an outbox whose next row Kafka refuses: each is tried again by itself, ever more seldom."""

import time
from collections.abc import Callable, Set

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0


class HeldKeys:
    """The keys that wait, each with the time until its next try, in seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._pause: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._pause)

    def hold(self, key: str) -> None:
        """Let `key` wait: a second at first, twice as long each time, a minute at most."""
        pause = min(2 * self._pause.get(key, FIRST_SECONDS / 2), LONGEST_SECONDS)
        self._pause[key], self._until[key] = pause, self._clock() + pause

    def release(self, keys: Set[str]) -> None:
        """Forget `keys`: Kafka took their rows, or refuses all alike."""
        for key in keys & self._pause.keys():
            del self._pause[key], self._until[key]

    def now(self) -> list[str]:
        """The keys whose time has not come yet."""
        now = self._clock()
        return [key for key, until in self._until.items() if until > now]
