"""JSON and databases: strings that are not JSON, values that JSON does not know, and statements in SQL."""

from __future__ import annotations

import ast
import json
import re
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words

_LONGEST_JSON = 2000
_CREATED = re.compile(r"(?i)create table (?:if not exists )?(\w{1,80})")
_MEANINGS = (
    (
        r"property name enclosed",
        "a key in double quotation marks is expected, and a comma may not follow the last entry",
    ),
    (r"Expecting value.*\(char 0\)", "a value is expected, but the data is empty or starts in another way"),
    (r"Expecting value", "a value is missing, or is written in a form that JSON does not know"),
    (r"Expecting ',' delimiter", "a comma between two entries is missing"),
    (r"Expecting ':' delimiter", "a colon between a key and its value is missing"),
    (r"Extra data", "the first value has ended, and more follows after it"),
    (r"Unterminated string", "a string starts whose closing quotation mark is missing"),
    (r"Invalid control|Invalid \\", "a string holds a line break or a backslash that JSON does not allow"),
    (r"trailing comma", "a comma follows the last entry, which is not allowed"),
)


@runtime_rule("not-json", ("JSONDecodeError",))
def not_json(case: CrashContext) -> Match | None:
    """Return the call that parses a string that is not valid JSON, with the place that the message names."""
    meaning = next((words for pattern, words in _MEANINGS if re.search(pattern, case.message)), "")
    place = re.search(r"line (\d{1,7}) column (\d{1,7})", case.message)
    where = f"line {place[1]}, column {place[2]}" if place else ""
    call = case.call("loads", "load", "json")
    literal = _in_single_quotes(case, call)
    if literal is not None:
        edit = case.rewrite(literal, "'" + str(literal.value).replace("'", '"') + "'")
        return case.at(literal, edit=edit, meaning=meaning, where=where)
    return case.here(call, meaning=meaning, where=where)


def _in_single_quotes(case: CrashContext, call: ast.Call | None) -> ast.Constant | None:
    """Return the string of the program that is read, if it is JSON but for the single quotation marks in it."""
    given = call.args[0] if call is not None and len(call.args) == 1 else None
    strings = [given] if isinstance(given, ast.Constant) else case.program.each(ast.Constant)
    found = [each for each in strings if isinstance(each.value, str) and _is_json_but_for_quotes(each.value)]
    return found[0] if len(found) == 1 else None


def _is_json_but_for_quotes(text: str) -> bool:
    if "'" not in text or '"' in text or "\n" in text or "\\" in text or len(text) > _LONGEST_JSON:
        return False
    try:
        value = json.loads(text.replace("'", '"'))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)


@runtime_rule(
    "json-of-wrong-argument",
    ("AttributeError", "TypeError"),
    r"the JSON object must be str, bytes or bytearray, not '?(?P<type>\w+)"
    r"|'(?P<text>dict|list)' object has no attribute '(?:read|write)'|'str' object has no attribute 'write'"
    r"|dump\(\) missing 1 required positional argument: 'fp'",
    before=("too-few-arguments", "method-of-another-kind", "not-offered-by-object"),
)
def json_of_wrong_argument(case: CrashContext) -> Match | None:
    """Return the call of `load` with a string, of `loads` with a file or a dictionary, or of `dump` without a file."""
    call, given = case.call("loads", "load", "dump"), case.match["type"]
    argument = first_argument(call)
    if call is None or argument is None or not isinstance(call.func, ast.Attribute):
        return None
    module, name = case.text(call.func.value), called_name(call)
    if module != "json":
        return None
    if name == "loads" and given in ("dict", "list"):
        slots = {"given": in_words(given), "needed": "a string"}
        return case.here(call, replace=(call, case.text(argument)), function=call.func, argument=argument, slots=slots)
    if case.match["text"] not in (None, "str") and name == "load":
        return None
    other = {"loads": "load", "load": "loads", "dump": "dumps"}[name]
    words = {"loads": ("an open file", "a string"), "load": ("a string", "an open file")}
    given_words, needed = words.get(name, ("no file", "a value and an open file"))
    slots = {"given": given_words, "needed": needed}
    new: tuple[ast.expr, str | None] = (call.func, f"{module}.{other}")
    if name == "dump" and isinstance(case.program.parents.get(call), ast.Expr):
        new = (call.func, None)
    if name == "load":
        new = of_string(case, call, argument)
    return case.here(call, replace=new, function=call.func, argument=argument, slots=slots)


def of_string(case: CrashContext, call: ast.Call, argument: ast.expr) -> tuple[ast.expr, str | None]:
    """Return what to replace in `json.load` of a string: the name of a file is opened, and JSON is parsed."""
    value = case.program.last_value(argument.id, case.line) if isinstance(argument, ast.Name) else argument
    match value:
        case ast.Constant(value=str(text)) if re.fullmatch(r"[^{}\[\]\n]{1,200}\.\w{1,8}", text):
            return argument, f"open({case.text(argument)})"
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Attribute(attr="text"):
            return call.func, "json.loads"
        case ast.Call(func=ast.Attribute(attr="read" | "dumps")):
            return call.func, "json.loads"
    return call.func, None


@runtime_rule(
    "still-json-text",
    ("TypeError",),
    r"string indices must be integers",
    before=("text-key-on-list", "index-of-wrong-kind"),
)
def still_json_text(case: CrashContext) -> Match | None:
    """Return the subscript of a JSON string that must be parsed first: from `dumps`, `read` or a web page's `text`."""
    for node in case.subscripts:
        value = case.program.last_value(node.value.id, case.line) if isinstance(node.value, ast.Name) else node.value
        match value:
            case ast.Call(func=ast.Attribute(attr="dumps" | "read")) | ast.Attribute(attr="text"):
                new = f"json.loads({case.text(node.value)})" if "json" in case.program.bound_names else None
                return case.here(node, replace=(node.value, new), owner=node.value, source=value)
    return None


@runtime_rule(
    "values-for-placeholders", ("ProgrammingError",), r"uses (?P<places>\d+), and there (?:are|is) (?P<given>\d+)"
)
def values_for_placeholders(case: CrashContext) -> Match | None:
    """Return the SQL statement that gets another number of values than it has placeholders."""
    call = case.call("execute", "executemany")
    values = call.args[1] if call is not None and len(call.args) > 1 else None
    is_single = values is not None and not isinstance(values, ast.Tuple | ast.List | ast.Dict)
    edit = None
    if values is not None and is_single and case.match["places"] == "1":
        line, (start, end) = case.program.line(values.lineno), case.columns(values)
        has_parentheses = line[:start].endswith(", (") and line[end : end + 1] == ")"
        edit = case.rewrite(values, f"{case.text(values)}," if has_parentheses else f"({case.text(values)},)")
    slots = {"places": case.match["places"], "given": case.match["given"]}
    single = case.code(values, "") if is_single else ""
    return case.here(call, edit=edit, values=case.code(values, ""), single=single, slots=slots)


@runtime_rule(
    "statement-of-sql",
    ("DatabaseError", "IntegrityError", "InterfaceError", "OperationalError", "ProgrammingError", "Warning"),
    r"no such (?:table|column)|syntax error|has no column|constraint failed|binding parameter|closed database"
    r"|one statement at a time|is locked|values for \d+ columns|already exists|unrecogni.ed token",
)
def statement_of_sql(case: CrashContext) -> Match | None:
    """Return the SQL statement that the database does not accept."""
    call = case.call("execute", "executemany", "executescript", "commit") or case.call()
    edit, missing = None, re.search(r"no such table: (\w{1,80})$", case.message)
    if missing is not None and call is not None:
        statements = (node.value for node in case.program.each(ast.Constant) if isinstance(node.value, str))
        tables = [name for each in statements for name in _CREATED.findall(each)]
        close = get_close_matches(missing[1], tables, 1, 0.7)
        edit = case.substitute(call.lineno, missing[1], close[0]) if close else None
    return case.here(call, edit=edit, message=Code(case.message[:140]), advice=_advice(case.message))


def _advice(message: str) -> str:
    advice = (
        ("no such table", "create the table first, in the same database file, with this spelling"),
        ("no such column", "check the column's spelling, and hand over strings with a question mark as placeholder"),
        ("syntax error", "read the SQL just before the word that the message names"),
        ("constraint failed", "look up which rule of the table the new row breaks"),
        ("binding parameter", "hand over only strings, numbers and `None`, one for each placeholder"),
        ("closed database", "close the database only after the last statement"),
    )
    return next((words for start, words in advice if start in message), "compare the statement with the table")
