"""Processor time of processes."""

import os
from collections.abc import Mapping

import psutil


def seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds of each process so far, with its children, also those that have ended.

    This process counts without its children: those to be measured have their own entry.
    """
    return {name: _seconds(psutil.Process(pid)) for name, pid in pids.items()}


def _seconds(process: psutil.Process) -> float:
    if process.pid == os.getpid():
        own = process.cpu_times()
        return float(own.user + own.system)
    while True:
        children = process.children(recursive=True)
        try:
            theirs = sum(sum(child.cpu_times()[:2]) for child in children)
        except psutil.NoSuchProcess:
            continue  # a child ended meanwhile: its time is with its parent's now
        return float(sum(process.cpu_times()[:4]) + theirs)


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Processor seconds between two results of `seconds`."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}
