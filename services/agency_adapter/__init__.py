"""The agency adapter: assignments go out to the bodies' own systems, their statuses come in."""
