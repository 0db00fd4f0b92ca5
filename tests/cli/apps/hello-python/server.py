"""The service `greeter`. Whoever calls it asks its own `kar`, wherever that is; this side's `kar` hands the call on as a
plain HTTP request to this port."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def greet(name):
    return f"Hello {name}!"


class Greeter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        name = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path != "/greet":
            self.answer(404, "")
            return
        greeting = greet(name)
        print(greeting, flush=True)
        self.answer(200, greeting)

    def answer(self, status, text):
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host, port = os.getenv("KAR_APP_HOST", "127.0.0.1"), int(os.getenv("KAR_APP_PORT", "8080"))
    server = ThreadingHTTPServer((host, port), Greeter)
    print(f"greeter listens on port {port}", flush=True)
    server.serve_forever()
