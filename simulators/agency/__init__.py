"""An agency's own system, in one of three dialects."""
