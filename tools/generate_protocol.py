"""Generate `vscode-client/src/protocol.ts` from the package `tutor_lsp/protocol`.

`python -m tools.generate_protocol` writes the file. A test fails if the file is stale.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from tutor_lsp import protocol, protocol_texts
from tutor_lsp.protocol import answers, asks, courses, modules, runs, status, tests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

TARGET = Path(__file__).resolve().parents[1] / "vscode-client" / "src" / "protocol.ts"
HEADER = """\
/**
 * The custom messages and commands of the language server, beyond LSP 3.17.
 *
 * Generated from `tutor_lsp/protocol` by `python -m tools.generate_protocol`. Change that package, not this file.
 */
"""
LSP_MODULE = "lsprotocol.types"
SCALARS = {str: "string", int: "number", float: "number", bool: "boolean"}
SUBJECTS = (asks, runs, tests, modules, courses, answers, status)
"""The modules of the protocol, in the order in which their classes are written."""
CONSTANTS = ("CELL_METADATA", "CELL_ERROR_MIME", "DIAGNOSTIC_SOURCE", "AI_LABEL")
WIDTH = 120


def main() -> int:
    """Write the file. Return the exit status."""
    TARGET.write_text(generate(), encoding="utf-8")
    return 0


def generate() -> str:
    """Return the content of `protocol.ts`."""
    classes = [cls for module in SUBJECTS for cls in _classes(module)]
    parts = [_commands(), *_aliases(), *map(_interface, classes)]
    parts += ["\n".join(_notifications()), *_constants()]
    used = sorted({name for cls in classes for name in _lsp_types(cls)})
    imports = "".join(f"  type {name},\n" for name in used)
    body = "\n\n".join(parts)
    return f'{HEADER}\nimport {{\n  NotificationType,\n{imports}}} from "vscode-languageclient/node";\n\n{body}\n'


def _classes(module: ModuleType) -> list[type[Any]]:
    """Return the classes of a module in their order."""
    found = [cls for _, cls in inspect.getmembers(module, attrs.has) if cls.__module__ == module.__name__]
    return sorted(found, key=_line)


def _commands() -> str:
    names = [f'  {command.removeprefix("tutor.")}: "{command}",' for command in protocol.COMMAND_ARGUMENTS]
    lines = ["export const SERVER_COMMANDS = {", *names, "} as const;"]
    return "\n".join(["/** The commands of the language server. */", *lines])


def _aliases() -> Iterator[str]:
    for name, alias in _literal_aliases().items():
        members = "".join(f"\n  | {_literal(member)}" for member in get_args(alias))
        yield f"export type {name} ={members};"


def _literal_aliases() -> dict[str, Any]:
    return {name: value for module in SUBJECTS for name, value in vars(module).items() if get_origin(value) is Literal}


def _interface(cls: type[Any]) -> str:
    hints = get_type_hints(cls)
    docs = _field_docs(cls)
    lines = [f"{_comment(inspect.getdoc(cls) or '')}export interface {cls.__name__} {{"]
    for field in attrs.fields(cls):
        name = _camel_case(field.name)
        typed = SCALARS[field.metadata["type"]] if "type" in field.metadata else _typescript(hints[field.name])
        is_optional = field.default is not attrs.NOTHING
        comment = _comment(docs.get(field.name, ""), "  ")
        lines.append(f"{comment}  {name}{'?' if is_optional else ''}: {typed}{' | null' if is_optional else ''};")
    return "\n".join([*lines, "}"])


def _notifications() -> Iterator[str]:
    params = protocol.EDITOR_PARAMS | protocol.CUSTOM_PARAMS
    names = {value: name for name, value in vars(protocol).items() if isinstance(value, str) and value in params}
    for method, cls in params.items():
        yield f'export const {names[method]} = new NotificationType<{cls.__name__}>("{method}");'


def _constants() -> Iterator[str]:
    docs = _docs_after(ast.parse(inspect.getsource(protocol_texts)).body)
    for name in CONSTANTS:
        yield f'{_comment(docs.get(name, ""))}export const {name} = "{getattr(protocol, name)}";'


def _typescript(hint: Any) -> str:
    """Return the TypeScript type of a Python type annotation, without `null` for optional types."""
    for name, alias in _literal_aliases().items():
        if hint == alias:
            return name
    if hint in SCALARS:
        return SCALARS[hint]
    if get_origin(hint) in {Union, UnionType}:
        return " | ".join(_typescript(part) for part in get_args(hint) if part is not NoneType)
    if get_origin(hint) is Sequence:
        return f"{_typescript(get_args(hint)[0])}[]"
    if get_origin(hint) is Literal:
        return " | ".join(_literal(member) for member in get_args(hint))
    return _mapping(hint) if get_origin(hint) is dict else str(hint.__name__)


def _mapping(hint: Any) -> str:
    return f"Record<{', '.join(map(_typescript, get_args(hint)))}>"


def _lsp_types(cls: type[Any]) -> Iterator[str]:
    for hint in get_type_hints(cls).values():
        parts = {hint, *get_args(hint)}
        parts |= {inner for part in parts for inner in get_args(part)}
        yield from (part.__name__ for part in parts if getattr(part, "__module__", "") == LSP_MODULE)


def _literal(member: str) -> str:
    return f'"{member}"'


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _line(cls: type[Any]) -> int:
    return inspect.getsourcelines(cls)[1]


def _field_docs(cls: type[Any]) -> dict[str, str]:
    (found,) = ast.parse(inspect.getsource(cls)).body
    return _docs_after(found.body) if isinstance(found, ast.ClassDef) else {}


def _docs_after(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Return a mapping from each assigned name to the docstring after its assignment."""
    docs: dict[str, str] = {}
    for statement, after in pairwise(body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        is_doc = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(target, ast.Name) and is_doc and isinstance(after, ast.Expr):
            docs[target.id] = inspect.cleandoc(str(ast.literal_eval(after.value)))
    return docs


def _comment(text: str, indent: str = "") -> str:
    """Return a text as a TypeScript doc comment with a line end, or "" for an empty text."""
    if not text:
        return ""
    if "\n" not in text and len(indent) + len(text) + len("/**  */") <= WIDTH:
        return f"{indent}/** {text} */\n"
    lines = "".join(f"{indent} * {line}".rstrip() + "\n" for line in text.split("\n"))
    return f"{indent}/**\n{lines}{indent} */\n"


if __name__ == "__main__":
    sys.exit(main())
