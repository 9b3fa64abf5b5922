"""The Commission's report over all cases, and its recomputation by other code from the published events."""
