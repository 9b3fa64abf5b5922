"""The packaged catalogue for tests, loaded once a process."""

from functools import cache

from catalogue.loader import load
from catalogue.model import Catalogue


@cache
def packaged() -> Catalogue:
    """The catalogue that comes with the code."""
    return load()
