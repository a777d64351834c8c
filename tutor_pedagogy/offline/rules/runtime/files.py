"""Files: not there, a folder, not allowed, opened in another mode, in another encoding, and what `write` accepts."""

from __future__ import annotations

import ast
import re
from dataclasses import replace as changed
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import is_call_of, is_string
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_MODE = 1
"""The index of the mode among the arguments of `open`."""


@runtime_rule("folder-in-place-of-file", ("IsADirectoryError",), before=("file-not-there",))
def folder_in_place_of_file(case: CrashContext) -> Match | None:
    """Return the call that opens a folder as if it were a file."""
    return _opened(case)


@runtime_rule("file-not-there", ("FileNotFoundError", "NotADirectoryError"))
def file_not_there(case: CrashContext) -> Match | None:
    """Return the call that opens a file that does not exist, with an edit to the close name of a file that is made."""
    found = _opened(case)
    missing = found.slots["file"]
    written = {name for call in _openings(case) if _mode(call)[:1] in ("w", "a", "x") for name in _names(call)}
    close = get_close_matches(missing, sorted(written - {missing}), 1, 0.7)
    for node in case.program.each(ast.Constant):
        if close and node.value == missing and node.lineno == node.end_lineno:
            return case.at(node, replace=(node, case.text(node).replace(missing, close[0])), file=Code(missing))
    return found


@runtime_rule("file-not-allowed", ("FileExistsError", "PermissionError"))
def file_not_allowed(case: CrashContext) -> Match | None:
    """Return the call that opens a file without permission."""
    return _opened(case)


def _opened(case: CrashContext) -> Match:
    """Return the call that opens a file, with the name of the file."""
    files = re.findall(r"'([^']*)'", case.crash.message)
    return case.here(case.call("open") or case.call(), file=Code(files[-1] if files else ""))


def _openings(case: CrashContext) -> list[ast.Call]:
    """Return the calls of `open` in the program."""
    return [call for call in case.program.each(ast.Call) if is_call_of(call, "open") and call.args]


def _names(call: ast.Call) -> list[str]:
    """Return the name of the file that a call of `open` opens, if it is a literal."""
    first = call.args[0]
    return [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []


def _mode_node(call: ast.Call) -> ast.expr | None:
    """Return the argument of `open` that holds the mode, or None."""
    if len(call.args) > _MODE:
        return call.args[_MODE]
    return next((word.value for word in call.keywords if word.arg == "mode"), None)


def _mode(call: ast.Call) -> str:
    """Return the mode in which a call opens a file; an empty string if it is not a literal."""
    node = _mode_node(call)
    if node is None:
        return "r"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _opening_of(case: CrashContext, *names: str) -> ast.Call | None:
    """Return the last call of `open` above the failing line whose file has one of these names."""
    found: list[ast.Call] = []
    for node in case.program.each(ast.Assign, ast.withitem):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if name in names:
                found.append(call)
            case ast.withitem(context_expr=ast.Call() as call, optional_vars=ast.Name(id=name)) if name in names:
                found.append(call)
    opened = [call for call in found if is_call_of(call, "open") and call.args and call.lineno <= case.line]
    return max(opened, key=lambda call: call.lineno, default=None)


def _in_mode(case: CrashContext, call: ast.Call, mode: str) -> tuple[ast.expr, str | None]:
    """Return the part of a call of `open` to replace, and its text, so that the file is opened in another mode."""
    node = _mode_node(call)
    if node is not None:
        return node, f'"{mode}"'
    text = case.text(call.args[0])
    return call.args[0], f'{text}, "{mode}"'


@runtime_rule("file-opened-the-other-way", ("UnsupportedOperation",))
def file_opened_the_other_way(case: CrashContext) -> Match | None:
    """Return the call that opens a file for writing that is read from, or the reverse."""
    is_read = "read" in case.crash.message
    wanted = "read from" if is_read else "written to"
    opening = _opening_of(case, *(node.id for node in case.likely(ast.Name)))
    names = {node.id for node in case.likely(ast.Name)}
    if opening is None:
        openings = _openings(case)
        if len(openings) != 1:
            found = case.here(case.call("read", "write", "readline", "readlines") or case.call(), wanted=wanted)
            return changed(found, is_symptom=True)
        opening = openings[0]
        names |= {node.id for node in case.program.each(ast.Name)}
    other = "write" if is_read else "read"
    is_both = any(
        node.attr.startswith(other) and isinstance(node.value, ast.Name) and node.value.id in names
        for node in case.program.each(ast.Attribute)
    )
    if is_both and is_read and "seek" in case.program.features and _mode(opening) == "w":
        return case.at(opening, replace=_in_mode(case, opening, "w+"), wanted=wanted)
    path = case.text(opening.args[0]) if opening.args else ""
    others = [each for each in _openings(case) if each is not opening and each.args and case.text(each.args[0]) == path]
    is_open = is_both or (not is_read and bool(others))  # To write anew or to add: both may be meant.
    replace = None if is_open else _in_mode(case, opening, "r" if is_read else "w")
    return case.at(opening, replace=replace, wanted=wanted)


@runtime_rule(
    "bytes-and-text",
    ("TypeError",),
    r"can't concat str to bytes|\(not \"bytes\"\) to str|bytes-like object is required, not 'str'"
    r"|startswith first arg must be bytes|cannot use a string pattern on a bytes-like object",
)
def bytes_and_text(case: CrashContext) -> Match | None:
    """Return the call that opens a file in binary mode, or else the operation that mixes a string and bytes."""
    binary = [call for call in _openings(case) if "b" in _mode(call)]
    if len(binary) == 1:
        replace = _in_mode(case, binary[0], _mode(binary[0]).replace("b", ""))
        return case.at(binary[0], replace=replace)
    return case.here(case.first(ast.BinOp, ast.JoinedStr, ast.Call))


@runtime_rule("text-in-another-encoding", ("UnicodeDecodeError", "UnicodeEncodeError"))
def text_in_another_encoding(case: CrashContext) -> Match | None:
    """Return the call that opens a file, or decodes bytes, with the wrong encoding."""
    call = case.call("open", "decode", "encode") or _opening_of(case, *(node.id for node in case.likely(ast.Name)))
    found = re.search(r"can't encode characters? '([^']{1,20})'", case.message)
    letter = found[1] if found is not None else ""
    if letter.startswith("\\"):
        letter = letter.encode("ascii", "ignore").decode("unicode_escape")
    if call is None or not is_call_of(call, "open"):
        return case.here(call or case.call("read", "decode", "encode"), letter=Code(letter) if letter else "")
    has_encoding = any(word.arg == "encoding" for word in call.keywords)
    is_local = "charmap" in case.crash.message or "ascii" in case.crash.message
    text = case.text(call)
    new = f'{text[:-1]}, encoding="utf-8")' if is_local and not has_encoding and text.endswith(")") else None
    return case.at(call, replace=(call, new))


@runtime_rule(
    "string-needed-to-write",
    ("TypeError",),
    r"(?:write\(\) argument|string argument expected)(?: must be str)?,? (?:not|got) '?(?P<type>\w+)'?",
    before=("text-in-calculation", "none-handed-on"),
)
def string_needed_to_write(case: CrashContext) -> Match | None:
    """Return the call of `write` with something other than a string."""
    call = case.call("write")
    if call is None or not call.args or case.match["type"] in ("NoneType", "bytes"):
        return None
    argument = call.args[0]
    text = case.text(argument)
    forms = {"list": f'"\\n".join({text})', "tuple": f'"\\n".join({text})'}
    new = forms.get(case.match["type"], f"str({text})")
    return case.here(call, replace=(argument, new), value=argument, type=case.type_words)


@runtime_rule("no-argument-on-command-line", ("IndexError",), r"list index out of range", before=("empty-collection",))
def no_argument_on_command_line(case: CrashContext) -> Match | None:
    """Return the item of `sys.argv` that is missing because the program was started without an argument."""
    for node in case.subscripts:
        if case.text(node.value) in ("sys.argv", "argv") and not is_string(node.slice):
            return case.here(node, value=node)
    return None
