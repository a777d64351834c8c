"""Plots and windows: settings that are not known, several axes, functions that were overwritten, and widgets."""

from __future__ import annotations

import ast
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_PLOT_WORDS = (
    *("color", "label", "linewidth", "linestyle", "marker", "markersize", "alpha", "fontsize", "figsize", "bins"),
    *("title", "xlabel", "ylabel", "edgecolor", "facecolor", "width", "height", "labels", "autopct", "startangle"),
)
_COLORS = ("red", "green", "blue", "black", "white", "yellow", "orange", "purple", "pink", "brown", "gray", "cyan")


@runtime_rule(
    "function-overwritten",
    ("TypeError",),
    r"'(?P<type>str|int|float|list|tuple)' object is not callable",
    before=("not-callable", "builtin-hidden", "product-without-sign"),
)
def function_overwritten(case: CrashContext) -> Match | None:
    """Return the assignment that puts a value in the place of a library's function, as in `plt.title = "Rain"`."""
    names = {case.text(call.func) for call in case.calls if isinstance(call.func, ast.Attribute)}
    for node in case.program.each(ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and case.text(target) in names and case.text(target.value) != "self":
            edit = None
            if node.lineno == node.end_lineno and called_name(ast.Call(target, [], [])).startswith(("title", "x", "y")):
                edit = case.rewrite_line(node.lineno, f"{case.text(target)}({case.text(node.value)})")
            return case.at(node, edit=edit, function=target, value=node.value, type=case.type_words)
    return None


@runtime_rule(
    "plot-keyword-misspelt",
    ("AttributeError", "TypeError"),
    r"\) got an unexpected keyword argument '(?P<word>\w+)'",
    before=("unknown-keyword",),
)
def plot_keyword_misspelt(case: CrashContext) -> Match | None:
    """Return the keyword argument of a plot that is nearly one that matplotlib knows."""
    word = case.match["word"]
    close = get_close_matches(word, _PLOT_WORDS, 1, 0.75)
    if not close or not {"plt", "ax", "pd", "sns"} & case.program.uses.keys():
        return None
    for call in case.calls:
        for keyword in call.keywords:
            if keyword.arg == word:
                edit = case.substitute(keyword.lineno, f"{word}=", f"{close[0]}=")
                return case.at(call, edit=edit, word=Code(word), near=Code(close[0]))
    return None


@runtime_rule(
    "numerical.axes-in-array",
    ("AttributeError",),
    r"'numpy\.ndarray' object has no attribute '(?P<name>plot|scatter|bar|barh|hist|pie|imshow|legend|grid|set_\w+)'",
    before=("method-of-another-kind", "not-offered-by-object"),
)
def axes_in_array(case: CrashContext) -> Match | None:
    """Return the use of the array of axes that `subplots` returns as if it were one axes object."""
    node = case.attribute(case.match["name"])
    if node is None or not isinstance(node.value, ast.Name):
        return None
    owner = node.value
    counts = next((_counts(call) for call in case.program.each(ast.Call) if called_name(call) == "subplots"), [])
    match counts:
        case [rows, columns] if "1" not in (rows, columns):
            index = "[0, 0]"
        case _:
            index = "[0]"
    uses = [use for use in case.program.uses.get(owner.id, ()) if isinstance(use.ctx, ast.Load)]
    is_only = len(uses) == 1 and counts
    replace = (owner, f"{owner.id}{index}" if is_only else None)
    return case.here(node, replace=replace, owner=owner, attribute=Code(node.attr), index=Code(index))


def _counts(call: ast.Call) -> list[str]:
    """Return the numbers of rows and columns that a call of `subplots` names."""
    keywords = [word.value for word in call.keywords if word.arg in ("nrows", "ncols")]
    return [ast.unparse(value) for value in (*call.args[:2], *keywords)]


@runtime_rule(
    "pack-on-same-line",
    ("AttributeError",),
    r"'NoneType' object has no attribute",
    before=("attribute-of-none", "result-of-method-in-place"),
)
def pack_on_same_line(case: CrashContext) -> Match | None:
    """Return the line that stores what `pack`, `grid` or `place` of a widget returns, which is None."""
    for node in case.likely(ast.Name):
        value = case.program.last_value(node.id, len(case.program.lines) + 1)
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Call() as widget, attr="pack" | "grid" | "place" as method)):
                line = case.program.line(value.lineno)
                indent = line[: len(line) - len(line.lstrip())]
                placed = case.text(value)[len(case.text(widget)) :]
                new = f"{indent}{node.id} = {case.text(widget)}\n{indent}{node.id}{placed}"
                is_line = value.lineno == value.end_lineno and line.strip() == f"{node.id} = {case.text(value)}"
                edit = case.program.edit(value.lineno, new) if is_line else None
                return case.at(value, edit=edit, name=node, method=Code(method))
    return None


@runtime_rule(
    "plot-value-unknown",
    ("ValueError",),
    r"'(?P<value>\w{1,40})' is not a valid (?:color|value)|Unrecogni.ed marker style '?(?P<marker>\w{1,40})"
    r"|num must be an integer with 1 <= num <= (?P<most>\d{1,6})",
    before=("value-not-accepted",),
)
def plot_value_unknown(case: CrashContext) -> Match | None:
    """Return the call of a plot with a colour, marker or number of a subplot that matplotlib does not know."""
    call, value = case.call(), case.match["value"]
    literal = next((node for node in case.likely(ast.Constant) if value and node.value == value), None)
    close = get_close_matches(value, _COLORS, 1, 0.7) if literal is not None else []
    edit = case.rewrite(literal, repr(close[0])) if literal is not None and close else None
    match call:
        case ast.Call(args=[_, _, ast.Name(id=name) as place, *_]) if case.message.endswith("not 0"):
            edit = case.rewrite(place, f"{name} + 1")
    return case.here(call, edit=edit, message=Code(case.message[:140].partition(";")[0]))


@runtime_rule(
    "numerical.pyplot-not-imported",
    ("AttributeError",),
    r"module 'matplotlib' has no attribute '(?P<name>\w+)'",
    before=("not-in-module", "attribute-has-another-name"),
)
def pyplot_not_imported(case: CrashContext) -> Match | None:
    """Return the import of `matplotlib` where its module `pyplot` is used."""
    for node in case.program.each(ast.Import):
        for name in node.names:
            if name.name == "matplotlib" and name.asname and node.lineno == node.end_lineno:
                edit = case.rewrite_line(node.lineno, f"import matplotlib.pyplot as {name.asname}")
                return case.at(node, edit=edit, name=Code(name.asname), attribute=Code(case.match["name"]))
    return None


@runtime_rule(
    "numerical.axes-in-one-row",
    ("IndexError",),
    r"too many indices for array: array is 1-dimensional, but 2 were indexed",
    before=("numerical.too-many-indices",),
)
def axes_in_one_row(case: CrashContext) -> Match | None:
    """Return the call of `subplots` for one row or one column, whose axes are indexed by row and column."""
    for node in case.subscripts:
        for made in case.program.each(ast.Assign):
            match made, node.value:
                case (
                    ast.Assign(targets=[ast.Tuple(elts=[_, ast.Name(id=stored)])], value=ast.Call() as call),
                    ast.Name(id=used) as owner,
                ) if stored == used and called_name(call) == "subplots" and made.lineno < case.line:
                    sizes = [case.text(each) for each in call.args if isinstance(each, ast.Constant)]
                    sizes += [case.text(each.value) for each in call.keywords if each.arg in ("nrows", "ncols")]
                    if "1" in sizes or len(sizes) == 1:
                        return case.here(node, owner=owner, call=call, other_line=str(case.program.shown(made.lineno)))
    return None
