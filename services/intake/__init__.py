"""Intake: where an appeal is received, kept and acknowledged with a signed receipt."""
