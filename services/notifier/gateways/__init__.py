"""Gateways to the providers that deliver messages, one file per protocol."""
