"""Memory of processes and disk space of folders."""

from collections.abc import Mapping
from pathlib import Path

import psutil

MIB = 2**20


def memory(pids: Mapping[str, int]) -> dict[str, float]:
    """MiB of each process with its children; shared pages are divided among those that share them (PSS)."""
    return {name: round(sum(map(_pss, _family(pid))) / MIB, 1) for name, pid in pids.items()}


def disk(folders: Mapping[str, Path]) -> dict[str, float]:
    """MiB that the files of each folder occupy on disk; holes occupy nothing."""
    return {name: round(_on_disk(folder) / MIB, 1) for name, folder in folders.items()}


def growth_a_case(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, float]:
    """The growth in KiB a case, from `before` and `after` in MiB, over `count` cases."""
    return {name: round((after[name] - before[name]) * 1024 / count, 1) for name in after}


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


def _on_disk(folder: Path) -> int:
    sizes = 0
    for file in folder.rglob("*"):
        try:
            sizes += file.lstat().st_blocks * 512
        except FileNotFoundError:  # a log file that was just rotated
            continue
    return sizes
