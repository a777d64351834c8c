"""The generated TypeScript contract follows the Python one."""

from __future__ import annotations

from tools.generate_protocol import TARGET, generate


def test_the_typescript_protocol_is_up_to_date() -> None:
    """`vscode-client/src/protocol.ts` is what `python -m tools.generate_protocol` writes."""
    assert generate() == TARGET.read_text(encoding="utf-8")
