"""What a program does, and what it would do if its finding were mended: digests, with which later asks are checked."""

from __future__ import annotations

import ast
import base64
import re
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TOKEN_BYTES = 4
MAX_TOKENS = 200
"""The maximum number of tokens of an output that are told apart. The rest is one token."""
_TOKEN = re.compile(r"\n|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\w+|[^\w\s:;,!?\"'()\[\]{}=]")
"""The parts of an output that count: lines, numbers, words, and signs that are more than punctuation."""
_MOST_LITERALS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a program does: digests of the tokens that it prints, of the results of some calls, and of its literals.

    `output` is empty if it is not known. `calls` holds pairs of digests, of a call and of its result. `tree` is the
    digest of the syntax tree, without positions.
    """

    output: bytes = b""
    calls: bytes = b""
    literals: bytes = b""
    tree: str = ""
    statements: int = 0
    handlers: bytes = b""
    """The digests of the exceptions that are caught. A handler for everything, or without an action, is `ANY`."""
    text: str = ""
    """The digest of the letters, digits and signs that are printed, however they are separated."""
    lines: bytes = b""
    """Of an edited program: the digests of the lines that the edit writes."""

    def prints_like(self, other: Behaviour) -> bool:
        """Return whether two programs are known to print the same, up to spaces and punctuation."""
        return bool(self.output and other.output) and (self.output == other.output or self.text == other.text)

    def results(self) -> dict[bytes, bytes]:
        """Return the digest of each call's result by the digest of the call."""
        parts = list(split(self.calls))
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def to_json(self) -> dict[str, Any]:
        """Return the fields that have a value as plain values for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
            for name, value in values.items()
            if value
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Behaviour:
        """Return the behaviour of values that `to_json` has returned. Unknown fields are ignored."""
        kinds = {field.name: field.type for field in fields(cls)}
        known: dict[str, Any] = {
            name: base64.b64decode(value) if kinds[name] == "bytes" else value
            for name, value in values.items()
            if name in kinds
        }
        return cls(**known)


def tokens_of(text: str) -> bytes:
    """Return the digests of the tokens of a printed text, one after another. Numbers of equal value are equal."""
    tokens = [_normal(token) for token in _TOKEN.findall(text.strip())]
    kept, rest = tokens[:MAX_TOKENS], tokens[MAX_TOKENS:]
    return b"".join(map(token_digest, [*kept, "\x00".join(rest)] if rest else kept))


def token_digest(text: str) -> bytes:
    """Return the digest of a token or a call."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=TOKEN_BYTES).digest()


ANY = "*"
_BROAD = frozenset(("Exception", "BaseException"))
NEWLINE = token_digest("\n")


def split(digests: bytes) -> Iterable[bytes]:
    """Yield the digests of a row."""
    for start in range(0, len(digests), TOKEN_BYTES):
        yield digests[start : start + TOKEN_BYTES]


def lines_of(output: bytes) -> list[list[bytes]]:
    """Return the tokens of each line of an output."""
    lines: list[list[bytes]] = [[]]
    for token in split(output):
        if token == NEWLINE:
            lines.append([])
        else:
            lines[-1].append(token)
    return lines


def stands_in(part: Sequence[bytes], line: Sequence[bytes]) -> bool:
    """Return whether tokens stand in a line side by side."""
    size = len(part)
    return any(list(line[at : at + size]) == list(part) for at in range(len(line) - size + 1))


def digest_of_text(text: str) -> str:
    """Return the digest of a printed text without spaces and punctuation."""
    return token_digest("".join(_TOKEN.findall(text)).replace("\n", "")).hex() if text else ""


def caught_by(tree: ast.AST) -> bytes:
    """Return the digests of the exceptions that a program catches. A handler that does nothing counts for all."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            is_silent = all(isinstance(each, ast.Pass | ast.Continue | ast.Break) for each in node.body)
            names = [kind.id for kind in kinds if isinstance(kind, ast.Name)]
            is_any = is_silent or not names or not _BROAD.isdisjoint(names)
            found += [ANY] if is_any else names
    return b"".join(map(token_digest, found))


def literals_of(tree: ast.AST) -> bytes:
    """Return the digests of the tokens of a program's numbers and strings."""
    found: dict[bytes, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            found.update(dict.fromkeys(split(tokens_of(str(node.value)))))
    return b"".join(list(found)[:_MOST_LITERALS])


def digest_of_tree(tree: ast.AST) -> str:
    """Return the digest of a syntax tree without the positions of its nodes."""
    return blake2b(ast.dump(tree).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _normal(token: str) -> str:
    try:
        return f"{float(token):.9g}"
    except ValueError:
        return token
