"""The desk: what people tell a case. Who speaks has a module; the desk hands over what is said."""
