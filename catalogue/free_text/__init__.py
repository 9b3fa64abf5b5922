"""Free text: the one service that it asks for, by words that are data; else suggestions for a person."""
