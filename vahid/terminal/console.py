"""What the command line prints goes through here: foreign text is cleaned, and no text is markup."""

from collections.abc import Iterable
from typing import IO, Any

import rich.console
import typer
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from kit.printable import printable


def echo(text: str = "", *, err: bool = False) -> None:
    """Print the text, cleaned, on standard output or, with `err`, on standard error."""
    typer.echo(printable(text), err=err)


class Console(rich.console.Console):
    """A console of Rich that cleans all text and reads no markup in it. Colour by `style`."""

    def __init__(self, *, file: IO[str] | None = None, stderr: bool = False) -> None:
        super().__init__(file=file, stderr=stderr, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of `renderable`; Rich's own controls stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)

    def out(self, *objects: Any, **options: Any) -> None:
        """Print without wrapping."""
        super().out(*(printable(str(each)) for each in objects), **options)
