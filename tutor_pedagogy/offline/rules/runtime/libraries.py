"""Modules of the standard library and others: arguments of the wrong type, names that were removed or overwritten."""

from __future__ import annotations

import ast
import re
from dataclasses import replace as changed
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument, is_call_of
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words

_REMOVED = {
    ("DataFrame", "append"): "pd.concat([$owner, $values]$options)",
    ("Series", "append"): "pd.concat([$owner, $values]$options)",
    ("DataFrame", "iteritems"): "$owner.items($arguments)",
    ("Series", "iteritems"): "$owner.items($arguments)",
    ("DataFrame", "ix"): "$owner.loc",
    ("DataFrame", "sort"): "$owner.sort_values($arguments)",
    ("DataFrame", "as_matrix"): "$owner.to_numpy()",
    ("DataFrame", "applymap"): "$owner.map($arguments)",
    ("dict", "has_key"): "$arguments in $owner",
    ("dict", "iteritems"): "$owner.items()",
    ("dict", "itervalues"): "$owner.values()",
    ("dict", "iterkeys"): "$owner.keys()",
    **{("numpy", name): name for name in ("float", "int", "bool", "object", "str", "complex")},
    ("numpy", "Inf"): "$owner.inf",
    ("numpy", "NaN"): "$owner.nan",
    ("numpy", "product"): "$owner.prod($arguments)",
    ("time", "clock"): "$owner.perf_counter()",
    ("fractions", "gcd"): "math.gcd($arguments)",
    ("string", "letters"): "$owner.ascii_letters",
    ("string", "lowercase"): "$owner.ascii_lowercase",
    ("string", "uppercase"): "$owner.ascii_uppercase",
    ("inspect", "getargspec"): "$owner.getfullargspec($arguments)",
    **{("collections", n): f"$owner.abc.{n}" for n in ("Iterable", "Iterator", "Mapping", "Sequence", "Callable")},
    ("datetime", "now"): "$owner.datetime.now($arguments)",
    ("datetime", "today"): "$owner.date.today()",
    ("datetime", "strptime"): "$owner.datetime.strptime($arguments)",
    ("datetime", "strftime"): "",
    ("datetime", "fromisoformat"): "$owner.datetime.fromisoformat($arguments)",
    ("datetime.datetime", "datetime"): "$owner",
    ("datetime.datetime", "timedelta"): "timedelta",
    ("datetime.datetime", "date"): "",
}
"""What to write in place of an attribute that a type or module does not have, or has no more."""


@runtime_rule(
    "attribute-has-another-name",
    ("AttributeError",),
    r"(?:module|type object) '(?P<owner>[\w.]+)' has no attribute '(?P<name>\w+)'"
    r"|'(?P<type>\w+)' object has no attribute '(?P<other>\w+)'",
    before=("not-in-module", "not-in-class", "not-offered-by-object", "method-of-another-kind", "attribute-misspelt"),
)
def attribute_has_another_name(case: CrashContext) -> Match | None:
    """Return the use of an attribute that was removed from a library or is found elsewhere."""
    owner, name = case.match["owner"] or case.match["type"], case.match["name"] or case.match["other"]
    new, node = _REMOVED.get((owner, name)), case.attribute(name)
    if not new or node is None:
        return None
    around = case.program.parents.get(node)
    call = around if isinstance(around, ast.Call) and around.func is node else None
    values, options = (
        [[case.text(each) for each in group] for group in (call.args, call.keywords)] if call else ([], [])
    )
    made = new.replace("$owner", case.text(node.value)).replace("$arguments", ", ".join([*values, *options]))
    made = made.replace("$values", ", ".join(values)).replace("$options", "".join(f", {each}" for each in options))
    imported = _class_imported(case, owner, name)
    if imported is not None:
        return imported
    is_whole = "(" in new or " in " in new
    if is_whole and call is None:
        return None
    if not is_whole and call is not None and "(" in made:
        return None
    root = re.match(r"\w+", made)
    is_known = root is not None and (root[0] in case.program.bound_names or root[0] in BUILTINS or "(" not in made)
    place = call if is_whole and call is not None else node
    replace = (place, made if is_known else None)
    inner = re.match(r"[$]owner[.](\w+)[.]", new) if owner == "datetime" else None
    slots = {"attribute": Code(name), "owner": Code(owner), "new": Code(made), "inner": Code(inner[1]) if inner else ""}
    return case.here(place, replace=replace, slots=slots)


def _class_imported(case: CrashContext, owner: str, name: str) -> Match | None:
    """Return the import of the class `datetime`, if the program then uses it everywhere as if it were the module."""
    if (owner, name) != ("datetime.datetime", "datetime"):
        return None
    imports = [each for each in case.program.each(ast.ImportFrom) if each.module == "datetime"]
    uses = case.program.uses.get("datetime", ())
    parents = [case.program.parents.get(use) for use in uses]
    is_module = all(
        isinstance(up, ast.Attribute) and up.attr in ("datetime", "date", "timedelta", "time") for up in parents
    )
    if len(imports) != 1 or len(imports[0].names) != 1 or imports[0].names[0].asname or not is_module or not uses:
        return None
    line = imports[0].lineno
    slots = {"attribute": Code(name), "owner": Code(owner), "new": Code("import datetime"), "inner": ""}
    edit = case.rewrite_line(line, "import datetime")
    return case.at(line, edit=edit, slots={**slots, "imported": Code(case.program.line(line).strip())})


@runtime_rule(
    "random-needs-sequence",
    ("KeyError", "TypeError"),
    r"'(?P<type>set|frozenset|dict_keys|dict_values|dict_items|generator)' object is not subscriptable|^\d+$"
    r"|object of type '(?P<other>\w+)' has no len|Population must be a sequence",
    before=("no-items", "key-not-found", "no-length"),
)
def random_needs_sequence(case: CrashContext) -> Match | None:
    """Return the choice or sample of `random` from a value that is not a sequence."""
    call = case.call("choice", "sample", "choices", "shuffle")
    argument = first_argument(call)
    is_of_random = case.crash.library == "random" or (call is not None and case.text(call.func).startswith("random."))
    if call is None or argument is None or not is_of_random:
        return None
    given = case.match["type"] or case.match["other"]
    if given is None:
        given = "dict" if case.crash.exception == "KeyError" else ""
    new = f"list({case.text(argument)})" if given not in ("int", "float") else f"range({case.text(argument)})"
    words = in_words(given) if given else ""
    if given == "dict":
        found = case.here(call, function=call.func, argument=argument, given=words, is_table=argument)
        inner = _unread_key(case, argument)
        return changed(found, edit=case.rewrite(argument, f"{case.text(argument)}[{inner}]")) if inner else found
    return case.here(call, replace=(argument, new), function=call.func, argument=argument, given=words, is_table="")


def _unread_key(case: CrashContext, owner: ast.expr) -> str:
    """Return the only variable that holds a key of a dictionary of lists and is never read; else an empty text."""
    table = case.value(owner)
    if not isinstance(table, dict) or not all(isinstance(each, list | tuple) and each for each in table.values()):
        return ""
    names = [
        name
        for name, value in case.names.items()
        if isinstance(value, str)
        and value in table
        and not any(isinstance(use.ctx, ast.Load) for use in case.program.uses.get(name, ()))
    ]
    return names[0] if len(names) == 1 else ""


@runtime_rule(
    "random-bound-is-float",
    ("TypeError", "ValueError"),
    r"non-integer (?:arg|start|stop|step)|'float' object cannot be interpreted as an integer",
    before=("whole-number-needed", "division-for-position"),
)
def random_bound_is_float(case: CrashContext) -> Match | None:
    """Return the division, or else the call, that gives a function of `random` a float in place of an integer."""
    call = case.call("randint", "randrange")
    if call is None:
        return None
    for argument in call.args:
        value = case.program.last_value(argument.id, case.line) if isinstance(argument, ast.Name) else argument
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            new = f"{case.text(value.left)} // {case.text(value.right)}"
            return case.at(value, replace=(value, new), function=call.func, value=value)
    return case.here(call, function=call.func, value="")


@runtime_rule("statistics-of-strings", ("TypeError",), r"can't convert type '(?P<type>str)' to numerator/denominator")
def statistics_of_strings(case: CrashContext) -> Match | None:
    """Return the list of strings that a function of `statistics` gets in place of numbers."""
    call = case.call("mean", "median", "stdev", "variance", "pstdev", "pvariance", "fmean", "mode")
    argument = first_argument(call)
    slots = {"function": case.code(call and call.func, ""), "values": case.code(argument, "")}
    if isinstance(argument, ast.Name):
        value = case.program.last_value(argument.id, case.line)
        if isinstance(value, ast.Call) and called_name(value) == "split":
            return case.at(value, replace=(value, f"[float(part) for part in {case.text(value)}]"), slots=slots)
        if isinstance(value, ast.List) and value.elts:
            return case.at(value, slots=slots)
    return case.here(call, slots=slots)


@runtime_rule(
    "shared-default-value", ("ValueError",), r"mutable default <class '(?P<type>\w+)'> for field (?P<name>\w+)"
)
def shared_default_value(case: CrashContext) -> Match | None:
    """Return the field of a data class that has a mutable value as its default."""
    for node in case.program.each(ast.AnnAssign):
        if isinstance(node.target, ast.Name) and node.target.id == case.match["name"] and node.value is not None:
            is_empty = case.text(node.value) in ("[]", "{}", "set()", "list()", "dict()")
            made = case.match["type"] if is_empty else f"lambda: {case.text(node.value)}"
            field = _field(case)
            new = f"{field}(default_factory={made})" if field else None
            return case.at(node, edit=case.rewrite(node.value, new), name=node.target, value=node.value)
    return None


def _field(case: CrashContext) -> str:
    """Return the name under which `dataclasses.field` is imported; empty if it is not."""
    if "field" in case.program.bound_names:
        return "field"
    return "dataclasses.field" if "dataclasses" in case.program.bound_names else ""


@runtime_rule(
    "default-before-required", ("TypeError",), r"non-default argument '(?P<name>\w+)' follows default argument"
)
def default_before_required(case: CrashContext) -> Match | None:
    """Return the field of a data class without a default that stands below one with a default."""
    for node in case.program.each(ast.AnnAssign):
        if isinstance(node.target, ast.Name) and node.target.id == case.match["name"] and node.value is None:
            return case.at(node, name=node.target)
    return None


@runtime_rule(
    "field-cannot-change",
    ("AttributeError", "FrozenInstanceError"),
    r"can't set attribute|cannot assign to field",
    before=("attribute-cannot-be-set",),
)
def field_cannot_change(case: CrashContext) -> Match | None:
    """Return the assignment to a field of a named tuple or of a frozen data class."""
    made = any(called_name(call) in ("namedtuple", "NamedTuple") for call in case.program.each(ast.Call))
    match case.statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name) as owner, attr=field) as target], value=value):
            edit = None
            if made and case.statement.lineno == case.statement.end_lineno:
                edit = case.rewrite_line(case.line, f"{name} = {name}._replace({field}={case.text(value)})")
            if made or case.crash.exception == "FrozenInstanceError":
                return case.here(target, edit=edit, owner=owner, field=Code(field))
    return None


@runtime_rule("thread-arguments", ("TypeError",), r"argument after \* must be an iterable, not (?P<type>\w+)")
def thread_arguments(case: CrashContext) -> Match | None:
    """Return the arguments of a thread that are a single value and not a tuple."""
    for word in case.program.each(ast.keyword):
        call = case.program.parents.get(word)
        is_thread = isinstance(call, ast.Call) and called_name(call) in ("Thread", "Process", "Timer")
        if is_thread and word.arg == "args" and not isinstance(word.value, ast.Tuple | ast.List):
            is_bare = "args=(" not in case.program.line(word.value.lineno).replace(" ", "")
            new = f"({case.text(word.value)},)" if is_bare else f"{case.text(word.value)},"
            function = call.func if isinstance(call, ast.Call) else word.value
            return case.at(word.value, replace=(word.value, new), value=word.value, call=function)
    return None


_ASSERTIONS = tuple(
    f"assert{name}"
    for name in (
        *("Equal", "NotEqual", "True", "False", "Is", "IsNot", "IsNone", "IsNotNone", "In", "NotIn", "IsInstance"),
        *("Raises", "AlmostEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "ListEqual", "DictEqual", "Regex"),
    )
)


@runtime_rule(
    "assertion-misspelt",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>assert\w+)'",
    before=("attribute-never-set", "attribute-misspelt", "not-offered-by-object", "method-of-another-kind"),
)
def assertion_misspelt(case: CrashContext) -> Match | None:
    """Return the method of a test case whose name is misspelt or was removed."""
    name, node = case.match["name"], case.attribute(case.match["name"])
    close = get_close_matches(name, _ASSERTIONS, 1, 0.7)
    if node is None or not close:
        return None
    new = f"{case.text(node.value)}.{close[0]}"
    return case.here(node, replace=(node, new), attribute=Code(name), owner=Code(case.match["type"]), new=Code(new))


@runtime_rule(
    "iterator-has-no-length",
    ("TypeError",),
    r"object of type '(?P<type>itertools\.\w+)' has no len"
    r"|'(?P<items>itertools\.\w+)' object is not subscriptable",
    before=("no-length", "no-items", "result-without-positions"),
)
def iterator_has_no_length(case: CrashContext) -> Match | None:
    """Return the line that makes an iterator which is later used like a list."""
    given = Code(case.match["type"] or case.match["items"])
    names = [node.value for node in case.subscripts] or [node for call in case.calls for node in call.args]
    for node in names:
        value = case.program.last_value(node.id, case.line) if isinstance(node, ast.Name) else node
        if isinstance(value, ast.Call | ast.GeneratorExp) and not is_call_of(value, "len"):
            is_generator = isinstance(value, ast.GeneratorExp)
            new = f"list{case.text(value)}" if is_generator else f"list({case.text(value)})"
            return case.at(value, replace=(value, new), value=value, type=given)
    return None


@runtime_rule("library-message")
def library_message(case: CrashContext) -> Match | None:
    """Return the call that a library refuses with a message in plain words."""
    is_known = case.crash.exception in ("TclError", "TurtleGraphicsError", "Terminator", "MissingSchema", "InvalidURL")
    if (
        not case.message
        or not (is_known or case.crash.library)
        or case.crash.exception in ("KeyError", "AssertionError")
    ):
        return None
    return case.here(case.call(), message=Code(case.message[:140]))
