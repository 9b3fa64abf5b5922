"""Checks all invariants of an installation, over everything that its stores hold."""
