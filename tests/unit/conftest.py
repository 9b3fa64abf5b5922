"""Speed and isolation of the unit layer.

It loads catalogues some two hundred times, most of them copies with one file changed.
"""

import gc
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar

import pytest
import structlog
from pydantic import BaseModel

from catalogue import loader, sources
from kit import log

Result = TypeVar("Result")


def _once_a_content(work: Callable[[BaseModel], Result]) -> Callable[[BaseModel], Result]:
    """`work`, whose result is kept by the content of the frozen model that it is given."""
    done: dict[str, Result] = {}

    def kept(model: BaseModel) -> Result:
        content = type(model).__name__ + model.model_dump_json()
        if content not in done:
            done[content] = work(model)
        return done[content]

    return kept


# Before any test module is imported: many load the packaged catalogue when they are.
sources.parse = lru_cache(sources.parse)
loader._versioned = _once_a_content(loader._versioned)
loader.compile_calendar = _once_a_content(loader.compile_calendar)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported and collected: it lives to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Undo what a command configures: a log on a stream that ends with the test."""
    before = structlog.get_config()
    yield
    if structlog.get_config() != before:
        log.configure("tests")
