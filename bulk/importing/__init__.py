"""Bringing a file of appeals in, as spreadsheets make such files; streamed, and safe to do again."""
