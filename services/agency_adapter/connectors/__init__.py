"""Connectors: code that speaks one protocol family each. An agency is configuration on top of one."""
