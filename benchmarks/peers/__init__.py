"""Other designs of the same work, measured in the same run as ours."""
