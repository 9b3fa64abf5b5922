"""The packaged catalogue for tests: read once a process, as nothing changes it."""

from functools import cache

from catalogue.loader import load
from catalogue.model import Catalogue


@cache
def packaged() -> Catalogue:
    """The catalogue that comes with the code."""
    return load()
