"""What commands share: options, instants, errors, JSON, and how cases, catalogue and stack are shown."""
