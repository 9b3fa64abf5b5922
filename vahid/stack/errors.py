"""What can go wrong with the processes of one machine."""

from kit.errors import PermanentError


class StackError(PermanentError):
    """The stack cannot be started, reached or stopped; the remedy names a package or a command."""
