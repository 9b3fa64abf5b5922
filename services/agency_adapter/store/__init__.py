"""Reads and writes the adapter's tables. Every function works in its caller's transaction."""
