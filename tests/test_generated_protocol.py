"""The TypeScript protocol of the VS Code extension, which is generated from the Python protocol."""

from __future__ import annotations

from tools.generate_protocol import TARGET, generate


def test_the_typescript_protocol_is_up_to_date() -> None:
    """`vscode-client/src/protocol.ts` equals the output of `python -m tools.generate_protocol`."""
    assert generate() == TARGET.read_text(encoding="utf-8")
