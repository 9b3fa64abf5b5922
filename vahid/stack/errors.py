"""What can go wrong when the processes of one machine are started: said in a plain sentence."""

from kit.errors import PermanentError


class StackError(PermanentError):
    """The stack cannot be started, reached or stopped; the remedy names the package or the command."""
