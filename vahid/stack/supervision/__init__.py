"""Supervision of processes: started in order, probed, restarted when they die, stopped on request."""
