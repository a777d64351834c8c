"""Run the fake upstream in a process of its own: `python -m testing.fake_upstream --port 0` prints its URL."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from testing.fake_upstream.server import KEY, serve


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m testing.fake_upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) picks a free one")
    parser.add_argument("--key", default=KEY, help=f"the API key that it takes (default: {KEY})")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.key))


if __name__ == "__main__":
    main()
