"""Casework: queries about cases, and the commands that people give. The command line and the console use it.

`queries` read a `Database` that the caller opens and closes, and return frozen values. `commands` make one
command of one actor and execute it on a case. `computed_on_read` holds the rules for due, late and waiting.
"""
