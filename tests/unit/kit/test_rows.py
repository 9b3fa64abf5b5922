"""Rows: tab-separated in a pipe, a table in a terminal, and nothing cut in either."""

from io import StringIO

from rich.console import Console

from kit.rows import Rows

CASE = "aba0b914-78de-5a7e-9bba-d879eda5301e"
ROWS = Rows(("case", "waiting for", "due"), [(CASE, "mlspp, nasimi-executive, samhi", "2027-01-15 18:00")])


def printed(width: int, *, terminal: bool, rows: Rows = ROWS) -> str:
    out = StringIO()
    rows.show(Console(file=out, width=width, force_terminal=terminal, color_system=None))
    return out.getvalue()


def test_a_pipe_gets_tabs_and_no_title() -> None:
    rows = Rows(ROWS.columns, ROWS.rows, title="open cases")
    assert printed(40, terminal=False, rows=rows) == (
        f"case\twaiting for\tdue\n{CASE}\tmlspp, nasimi-executive, samhi\t2027-01-15 18:00\n"
    )


def test_short_texts_stay_on_one_line() -> None:
    output = printed(80, terminal=True)
    assert "2027-01-15 18:00" in output and "…" not in output
    assert max(len(line) for line in output.splitlines()) <= 80


def test_nothing_is_cut_in_a_narrow_terminal() -> None:
    (heading, *lines) = printed(44, terminal=True).splitlines()
    width = heading.index("waiting for")
    assert "".join(line[:width].strip() for line in lines) == CASE


def test_square_brackets_are_text() -> None:
    assert "[red]" in printed(80, terminal=True, rows=Rows(("a",), [("[red]",)]))


def test_no_rows_show_the_columns_alone() -> None:
    assert printed(80, terminal=False, rows=Rows(("a", "b"), [])) == "a\tb\n"
    assert "a" in printed(80, terminal=True, rows=Rows(("a", "b"), []))
