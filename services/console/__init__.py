"""The console: where people watch cases and act on them, in a browser."""
