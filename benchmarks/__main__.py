"""Run the benchmarks that need only the checkout, one after another: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("language_server", "admission", "storage", "service")


def main() -> int:
    """Run each benchmark in its own process, so that none profits from another's caches.

    Return the first non-zero exit status.
    """
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
