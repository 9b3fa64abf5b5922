"""Processor time of processes, from outside."""

import os
from collections.abc import Mapping

import psutil


def seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds of each process so far, with its children, also those that have ended.

    This process is counted without: those of its children that matter are named themselves.
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
    """Processor seconds between two looks."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}
