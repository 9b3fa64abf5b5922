"""Intake: receives and stores appeals and attachments, and gives a signed receipt for each."""
