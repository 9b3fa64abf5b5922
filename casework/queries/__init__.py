"""Queries: the list of cases, one case with its history, the open steps of an agency, why a clock is due."""
