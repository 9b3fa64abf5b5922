"""Plumbing with at least two users, one noun a module. No business word in it."""
