"""An SMS provider with an HTTP gateway: logs every message and delivers none."""
