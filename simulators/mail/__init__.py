"""A catching mail server: accepts every message by SMTP and delivers none."""
