"""`vahid down`: stop all processes of the installation."""

from vahid.terminal.connection_options import DEFAULT, HomeOption, JsonOption
from vahid.terminal.console import echo
from vahid.terminal.output import print_json


def down(home: HomeOption = DEFAULT, as_json: JsonOption = False) -> None:
    """Stop all processes of the installation, services first. Data is kept.

    Exit status: 0 all have ended, or none ran; 1 one did not end.

    Example: vahid down
    """
    from vahid.stack import Stack

    stack = Stack(home)
    ran = stack.status().state not in ("stopped", "failed")
    stack.stop()
    if as_json:
        print_json({"was_running": ran})
    else:
        echo("Stopped." if ran else "Nothing was running.")
