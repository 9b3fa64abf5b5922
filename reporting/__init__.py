"""The Commission's report: figures computed from the histories of cases, and their recomputation."""
