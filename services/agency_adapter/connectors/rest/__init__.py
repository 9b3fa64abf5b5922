"""REST: JSON over HTTP. The mapping holds all that differs between agencies."""
