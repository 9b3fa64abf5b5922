"""The systems around Vahid as they really are: slow, down, or lying. Each runs in a process of its own.

Of Vahid they import its clock alone: an agency knows only what came over its wire.
"""
