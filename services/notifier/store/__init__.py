"""Recipients and notifications in PostgreSQL. Every function works in its caller's transaction."""
