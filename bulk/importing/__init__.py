"""Import of a file of appeals, as spreadsheets make such files; streamed, and safe to repeat."""
