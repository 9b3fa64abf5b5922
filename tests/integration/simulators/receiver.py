"""A receiver of webhooks on a real server: it records each request, and answers a set status."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass
class WebhookReceiver:
    """`requests` are (headers, content) in order of arrival; `status` answers the next requests.

    A request that `is_sound` refuses is answered 401 whatever `status` is.
    """

    status: int = 204
    is_sound: Callable[[dict[str, str], str], bool] = lambda headers, content: True
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)
    _server: ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address for webhooks."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1/agencies/x/statuses"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"])).decode(errors="replace")
                headers = dict(self.headers.items())
                receiver.requests.append((headers, content))
                self.send_response(receiver.status if receiver.is_sound(headers, content) else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
