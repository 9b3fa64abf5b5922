"""Measurements, each against a peer in the same run, with the machine they were made on."""
