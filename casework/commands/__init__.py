"""Commands, in a module for each who gives them, and the session that executes them. Builders are pure."""
