"""A handler of a plain web server that answers whole, minds no client that has gone, and prints nothing."""

from http.server import BaseHTTPRequestHandler


class Answering(BaseHTTPRequestHandler):
    """Answers with a status, a body and its length."""

    def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
