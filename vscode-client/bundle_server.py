# noqa: INP001 - a script, run where it stands
"""Put the language server and its libraries into `bundled/`, as pure Python: one package runs on every system.

    python bundle_server.py

Versions and hashes are those of the project's `requirements.txt`. `keyring` is ours, see `server/keyring`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

LIBRARIES = (
    # pygls and what it needs
    "pygls",
    "lsprotocol",
    "cattrs",
    "attrs",
    "typing-extensions",
    # aiohttp and what it needs
    "aiohttp",
    "aiohappyeyeballs",
    "aiosignal",
    "frozenlist",
    "idna",
    "multidict",
    "propcache",
    "yarl",
    "platformdirs",
    "truststore",
)
OLDEST_PYTHON = "3.11"

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUNDLED = HERE / "bundled"


def main() -> None:
    """Make the folder anew."""
    shutil.rmtree(BUNDLED, ignore_errors=True)
    install_libraries(ROOT / "requirements.txt", BUNDLED)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp"):
        shutil.copytree(ROOT / name, BUNDLED / name, ignore=ignored)
    shutil.copytree(HERE / "server" / "keyring", BUNDLED / "keyring", ignore=ignored)


def install_libraries(requirements: Path, target: Path) -> None:
    """Install the libraries without compiled parts. Raises `SystemExit` where one has no such wheel."""
    target.mkdir()
    wanted = target / "requirements.txt"
    wanted.write_text(pinned(requirements.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:"]
    command += ["--implementation", "py", "--abi", "none", "--platform", "any", "--python-version", OLDEST_PYTHON]
    command += ["--target", str(target), "--requirement", str(wanted)]
    subprocess.run(command, check=True)  # noqa: S603 - our own words
    wanted.unlink()
    shutil.rmtree(target / "bin", ignore_errors=True)
    compiled = [path for path in target.rglob("*") if path.suffix in {".so", ".pyd", ".dylib"}]
    if compiled:
        raise SystemExit(f"not pure Python: {', '.join(map(str, compiled))}")


def pinned(requirements: str) -> str:
    """Give the entries of our libraries, each with its hashes. Raises `SystemExit` where one is missing."""
    entries = {entry.split("==")[0]: entry for entry in re.split(r"\n(?=\S)", requirements) if "==" in entry}
    missing = set(LIBRARIES) - set(entries)
    if missing:
        raise SystemExit(f"not in requirements.txt: {', '.join(sorted(missing))}")
    return "\n".join(entries[name] for name in LIBRARIES) + "\n"


if __name__ == "__main__":
    main()
