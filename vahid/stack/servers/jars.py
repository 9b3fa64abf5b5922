"""The jars of Apache Kafka: fetched once by Maven, checked by their digests, kept in a cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from vahid.stack.errors import StackError

_DEPLOY = Path(__file__).resolve().parents[3] / "deploy" / "kafka"
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
"""In full: with the prefix alone, Maven reports an unreachable repository as a missing plugin."""
_REMEDY = "or set VAHID_KAFKA_JARS to a folder with them, or VAHID_KAFKA_BOOTSTRAP to a server of yours."


def ensure(java_home: Path, print_line: Callable[[str], None]) -> Path:
    """The folder with the jars. They are fetched on first use, which `print_line` announces.

    Raises:
        StackError: `maven_missing`, `maven_failed`, `kafka_list_missing` or `kafka_jars_differ`.
    """
    if given := os.environ.get("VAHID_KAFKA_JARS"):
        return Path(given)
    digests = read_digests(_DEPLOY / "jars.sha256")
    folder = _cache() / f"kafka-jars-{_fingerprint(digests)}"
    if not folder.is_dir():
        _fetch(folder, digests, java_home, print_line)
    return folder


def read_digests(file: Path) -> dict[str, str]:
    """The expected SHA-256 of each jar by its name, from a file as sha256sum(1) writes it."""
    if not file.exists():
        raise StackError(
            "kafka_list_missing",
            f"The list of Kafka's jars is missing: {file}.",
            remedy=f"Run from a clone of the project, {_REMEDY}",
        )
    pairs = (line.split() for line in file.read_text().splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def check(folder: Path, digests: dict[str, str]) -> None:
    """Refuse a folder that does not hold exactly the expected jars.

    Raises:
        StackError: `kafka_jars_differ`: a jar is missing, is too many, or has other bytes; it is named.
    """
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    wrong = sorted(name for name in digests.keys() | found.keys() if digests.get(name) != found.get(name))
    if wrong:
        raise StackError(
            "kafka_jars_differ",
            f"{len(wrong)} of Kafka's jars are not the expected ones, the first is {wrong[0]}.",
            remedy="Remove it from Maven's local repository and try again, " + _REMEDY,
        )


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vahid"


def _fingerprint(digests: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:12]


def _fetch(folder: Path, digests: dict[str, str], java_home: Path, print_line: Callable[[str], None]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError(
            "maven_missing",
            "Maven, which fetches Apache Kafka's jars, is not installed.",
            remedy=f"Install it (Debian: apt install maven), {_REMEDY}",
        )
    print_line(f"Fetching Apache Kafka ({len(digests)} jars, once) into {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _run_maven(maven, fresh, java_home)
        check(fresh, digests)
        fresh.chmod(0o755)
        if not folder.is_dir():  # another start may have been faster
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def maven_environment(given: Mapping[str, str], java_home: Path) -> dict[str, str]:
    """The environment for Maven: an installed Java where there is one, else that of `java_home`.

    An installed Java trusts the authorities of its machine, also one of the network's own. A packaged Java
    trusts only those it comes with.
    """
    installed = given.get("JAVA_HOME") or shutil.which("java", path=given.get("PATH", os.defpath))
    return dict(given) if installed else {**given, "JAVA_HOME": str(java_home)}


def _run_maven(maven: str, folder: Path, java_home: Path) -> None:
    command = [maven, "--batch-mode", "--quiet", "-f", str(_DEPLOY / "pom.xml"), _GOAL]
    command += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    environment = maven_environment(os.environ, java_home)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if "ERROR" in line] or [done.stderr.strip()]
        raise StackError(
            "maven_failed",
            f"Maven could not fetch Apache Kafka's jars: {lines[0]}",
            remedy=f"Check that Maven's repository can be reached, {_REMEDY}",
        )
