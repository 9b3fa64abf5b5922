"""A catching mail server: takes every message by SMTP and delivers none."""
