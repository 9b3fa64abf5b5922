"""Scripts and styles: only those that are named, and none without its WebJar."""

import zipfile
from pathlib import Path

import pytest

from kit.errors import PermanentError
from services.console.static_files import StaticFiles


def webjar(folder: Path, content: bytes) -> None:
    with zipfile.ZipFile(folder / "htmx.org-2.0.4.jar", "w") as archive:
        archive.writestr("META-INF/resources/webjars/htmx.org/2.0.4/dist/htmx.min.js", content)


def test_files_come_from_the_webjars_and_from_here(tmp_path: Path) -> None:
    webjar(tmp_path, b"let htmx;")
    static = StaticFiles(tmp_path)
    found = static.file("htmx.js")
    assert found is not None and found.content == b"let htmx;" and found.kind.startswith("text/javascript")
    style = static.file("console.css")
    assert style is not None and b"--accent" in style.content
    assert static.file("../settings.py") is None and static.file("console.py") is None


def test_without_the_webjars_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="webjars_missing") as refused:
        StaticFiles(tmp_path)
    assert "VAHID_CONSOLE_WEBJARS" in refused.value.remedy
