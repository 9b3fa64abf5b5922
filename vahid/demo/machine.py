"""How fast this machine is just now, for what a demonstration does: no one pace suits all machines."""

import hashlib
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from statistics import median

SAMPLES, SAMPLE_SECONDS = 5, 0.4
REFERENCE = 108_000.0
"""Rounds a second, on both cores together, of the machine of `docs/figures.md` when it is left alone."""
CORES = 4
"""More are of no use: the busiest processes of a demonstration compute on one core each."""
DOCUMENTS = 20_000
"""Some forty megabytes: more than the caches that a machine may share with its neighbours."""


def speed() -> float:
    """How many times as fast as the machine of `docs/figures.md` this one is, with all that runs on it.

    It takes about three seconds: on each core JSON is written, read and hashed, which is what our processes
    mostly do.
    """
    cores = min(_cores(), CORES)
    with ProcessPoolExecutor(cores, get_context("spawn")) as hands:
        measured = list(hands.map(_rounds_a_second, range(cores)))
    together: list[float] = [sum(sample) for sample in zip(*measured, strict=True)]
    return median(together) / REFERENCE


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rounds_a_second(seed: int) -> list[float]:
    documents = [_document(number) for number in range(DOCUMENTS)]
    Random(seed).shuffle(documents)
    return [_sample(documents) for _ in range(SAMPLES)]


def _document(number: int) -> dict[str, object]:
    steps = [{"agency": f"body-{number % 19}", "attempt": attempt, "late": False} for attempt in range(5)]
    return {"case": f"{number:036d}", "steps": steps}


def _sample(documents: list[dict[str, object]]) -> float:
    began, rounds = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < SAMPLE_SECONDS:
        written = json.dumps(documents[rounds % DOCUMENTS]).encode()
        hashlib.sha256(written).hexdigest()
        json.loads(written)
        rounds += 1
    return rounds / passed
