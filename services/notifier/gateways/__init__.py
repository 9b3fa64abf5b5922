"""The providers that messages leave by, one file a protocol."""
