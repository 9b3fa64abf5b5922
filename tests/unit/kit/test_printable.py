"""Foreign text as it may be printed: no control is left in any of the forms in which it is shown."""

import json
import logging
import unicodedata
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from kit import log
from kit.printable import REPLACED, printable, printable_json, printable_line
from kit.rows import Rows

HOSTILE = (
    "\x1b[2J",  # clears the screen
    "\x1b]0;title\x07",  # OSC: renames the window
    "\x9b31m",  # the one-character CSI of C1
    "\x9d0;title\x9c",
    "\x7f\b\0",
    "\u202egpj.exe",  # RLO
    "\u2066a\u2069\u200f\u061c",
    "\u2028\u2029\x85",
    "\ud800",
    "\U000e0041",
)


def controls_in(text: str) -> list[str]:
    """What would steer a terminal or reverse the order of writing, by Unicode's own classes."""
    turning = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return [
        character
        for character in text
        if (unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") and character not in "\n\t")
        or unicodedata.bidirectional(character) in turning
    ]


@given(st.text(st.characters(exclude_categories=())))
@example("".join(HOSTILE))
def test_no_control_is_left(text: str) -> None:
    assert controls_in(printable(text)) == []
    assert controls_in(printable_line(text)) == [] and not set("\t\n") & set(printable_line(text))
    assert controls_in(printable_json({text: [text]})) == []


@given(st.text())
def test_json_keeps_its_value(text: str) -> None:
    assert json.loads(printable_json([text])) == [text]


def test_what_is_no_control_stays() -> None:
    text = "Əliyev’s\n\tdoc: 1 < 2 [red] 👩‍👧 می‌خواهم"
    assert printable(text) == text
    assert printable("a\r\nb") == "a\nb"
    assert printable("\x1b[31mAli") == f"{REPLACED}[31mAli"


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_rows_are_clean_in_heading_and_cell(hostile: str, terminal: bool) -> None:
    out = StringIO()
    console = Console(file=out, width=200, force_terminal=terminal, color_system=None)
    Rows((f"a{hostile}", "b"), [(f"x{hostile}", "[red]y\tz\nw[/]")]).show(console)
    assert controls_in(out.getvalue()) == [] and "[red]y" in out.getvalue()
    if not terminal:
        assert [line.count("\t") for line in out.getvalue().splitlines()] == [1, 1]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_line_of_the_log_is_clean(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("test")
    logging.getLogger("library").warning("said %s", hostile)
    assert controls_in(capsys.readouterr().err) == []
