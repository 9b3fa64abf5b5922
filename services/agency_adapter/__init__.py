"""The agency adapter: assignments go out to the agencies' own systems, their statuses come in."""
