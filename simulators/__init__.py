"""The systems around Vahid as they really are: slow, down, lying. Each runs as a process of its own.

Imports nothing of Vahid: what an agency knows of us is what came over its wire.
"""
