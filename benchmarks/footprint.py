"""Memory and disk of processes and folders, from outside."""

from collections.abc import Mapping
from pathlib import Path

import psutil

MIB = 2**20


def memory(pids: Mapping[str, int]) -> dict[str, float]:
    """MiB of each process with its children; pages that several share are divided among them (PSS)."""
    return {name: round(sum(map(_pss, _family(pid))) / MIB, 1) for name, pid in pids.items()}


def disk(folders: Mapping[str, Path]) -> dict[str, float]:
    """MiB that the files of each folder take on the disk; holes take nothing."""
    return {name: round(_on_disk(folder) / MIB, 1) for name, folder in folders.items()}


def a_case(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, float]:
    """KiB a case, of what grew by `count` cases; both are in MiB."""
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
        except FileNotFoundError:  # a log that was rolled just now
            continue
    return sizes
