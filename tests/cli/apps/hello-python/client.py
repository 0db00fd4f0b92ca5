"""A client of `greeter`: it asks its own `kar`, which finds the service through Kafka."""

import os
import sys
import time
import urllib.error
import urllib.request


def call(path, body, attempts=60):
    """`kar` starts this program before it is ready itself."""
    url = f"http://127.0.0.1:{os.environ['KAR_RUNTIME_PORT']}/kar/v1/service/greeter/call/{path}"
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain"})
    for left in reversed(range(attempts)):
        try:
            with urllib.request.urlopen(request) as response:
                return response.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if left == 0:
                raise
            time.sleep(0.5)


if __name__ == "__main__":
    if "KAR_RUNTIME_PORT" not in os.environ:
        sys.exit("KAR_RUNTIME_PORT is not set: start it as `kar run -app hello python3 client.py`")
    for name in ["Ada", "Grace"]:
        print(call("greet", name), flush=True)
