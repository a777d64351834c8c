"""What a line does with the program's own values: rounds, kept items, keys, and what it gives each time."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.own_values import all_shown, computed, seen, shown, value_in
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_ROUNDS = 3
_MOST_ITEMS = 8
_MOST_NODES = 120
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True, slots=True)
class Worked:
    """What a line does with the program's values: one short sentence, the whole in order, and equal longer code."""

    first: str = ""
    whole: tuple[str, ...] = ()
    code: str = ""
    before_code: str = ""
    outcome: str = ""
    """The values that the line gives, in code spans only."""


def worked(program: Program, node: ast.AST) -> Worked:
    """Return what a statement or an expression does with the program's own values, as far as they are known."""
    if program.tree is None or node not in program.parents:
        return Worked()
    if isinstance(node, ast.For):
        return _rounds(program, node)
    if isinstance(node, ast.While | ast.If):
        return _tests(program, node)
    parts = walk(node)[:_MOST_NODES] if not isinstance(node, ast.stmt) or not hasattr(node, "body") else []
    for part in parts:
        if isinstance(part, _COMPREHENSIONS) and len(part.generators) == 1:
            return _kept(program, part, node)
        if isinstance(part, ast.Lambda):
            found = _keys(program, part)
            if found.whole:
                return found
    return _given(program, node)


def _rounds(program: Program, loop: ast.For) -> Worked:
    """Return the names of the loop with their values in the first rounds."""
    items = value_in(program, loop.iter, f"list({program.segment(loop.iter)})")
    if not isinstance(items, list) or not items:
        return Worked()
    told = [_named(loop.target, item) for item in items[:_ROUNDS]]
    rounds = [f"In round {number}, {listed(names)}." for number, names in enumerate(told, 1) if names]
    if not rounds:
        return Worked()
    count = f"There are {len(items)} rounds in all." if len(items) > 1 else "There is only one round."
    done = program.run
    all_rounds = done.ran.get(loop.body[0].lineno, 0) if done is not None and done.ending == "finished" else 0
    if all_rounds > len(items):
        count = f"There are {len(items)} rounds for each start of this loop, and {all_rounds} in the whole run."
    outcome = "; ".join(
        names[0].replace(" is ", " = ") if len(names) == 1 else ", ".join(names).replace(" is ", " = ")
        for names in told
        if names
    )
    return Worked(rounds[0], (*rounds, count), outcome=outcome)


def _named(target: ast.expr, value: Any) -> list[str]:
    """Return a phrase for each name of a loop's target: the name and its value."""
    match target:
        case ast.Name(id=name):
            span = shown(value)
            return [f"{code_span(name)} is {span}"] if span else []
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            if isinstance(value, tuple | list | str) and len(value) == len(parts):
                return [phrase for part, item in zip(parts, value, strict=True) for phrase in _named(part, item)]
    return []


def _tests(program: Program, node: ast.While | ast.If) -> Worked:
    """Return the values of a condition, each time that it is tested."""
    if isinstance(node.test, ast.Constant):
        return Worked()
    names = [each for each in walk(node.test) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)][:2]
    found = seen(program, node.test, *names)
    tests = found.get(node.test, [])[:_ROUNDS]
    values = [
        (each.id, found[each][:_ROUNDS]) for each in names if len(found.get(each, [])) >= len(tests) and found.get(each)
    ]
    told: list[str] = []
    for number, test in enumerate(tests):
        with_ = [f"{code_span(name)} is {span}" for name, row in values if (span := shown(row[number]))]
        if not with_ or not isinstance(test, bool | int | float | str | list | dict | tuple | set | None):
            return Worked()
        counts = f"is {code_span(repr(test))}" if type(test) is bool else f"counts as {str(bool(test)).lower()}"
        told.append(f"Test {number + 1}: {listed(with_)}, so the condition {counts}.")
    if not told:
        return Worked()
    done = program.run
    rounds = done.ran.get(node.body[0].lineno, 0) if done is not None and done.ending == "finished" else 0
    if isinstance(node, ast.While) and rounds:
        told.append(f"The indented lines run {rounds} time{'s' * (rounds != 1)} in all.")
    return Worked(told[0], tuple(told))


def _kept(program: Program, node: ast.expr, statement: ast.AST) -> Worked:
    """Return which items a comprehension keeps, what it makes, and the loop that makes the same."""
    if not isinstance(node, _COMPREHENSIONS):
        return Worked()
    loop = node.generators[0]
    target, source = ast.unparse(loop.target), ast.unparse(loop.iter)
    tests = "".join(f" if {ast.unparse(test)}" for test in loop.ifs)
    as_loop = _as_loop(node, statement)
    result = seen(program, node).get(node, [])
    items = value_in(program, node, f"[({target}) for {target} in {source}]")
    kept = value_in(program, node, f"[({target}) for {target} in {source}{tests}]")
    told: list[str] = []
    if isinstance(items, list) and isinstance(kept, list) and 0 < len(items) <= _MOST_ITEMS:
        rows = all_shown(items)
        if rows and loop.ifs:
            stay = all_shown(kept)
            told.append(f"Of {listed(rows)} it keeps {listed(stay) if stay else 'none'}.")
        elif rows:
            told.append(f"The items are {listed(rows)}.")
    made = shown(result[0]) if result else None
    if made:
        told.append(f"The result is {made}.")
    if not told:
        return Worked("", (), as_loop, "A loop that makes the same:")
    return Worked(told[0], tuple(told), as_loop, "A loop that makes the same:", made or "")


def _as_loop(node: ast.expr, statement: ast.AST) -> str:
    """Return the loop that builds the collection of a comprehension, or "" for a set or a nested one."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
            pass
        case _:
            name = "result"
    if not isinstance(node, ast.ListComp | ast.DictComp):
        return ""
    loop = node.generators[0]
    lines = [f"{name} = {'[]' if isinstance(node, ast.ListComp) else '{}'}"]
    lines.append(f"for {ast.unparse(loop.target).strip('()')} in {ast.unparse(loop.iter)}:")
    indent = "    "
    for test in loop.ifs:
        lines.append(f"{indent}if {ast.unparse(test)}:")
        indent += "    "
    if isinstance(node, ast.ListComp):
        lines.append(f"{indent}{name}.append({ast.unparse(node.elt)})")
    else:
        lines.append(f"{indent}{name}[{ast.unparse(node.key)}] = {ast.unparse(node.value)}")
    return "\n".join(lines)


def _keys(program: Program, node: ast.Lambda) -> Worked:
    """Return what a `lambda` gives for each item, if it is the key of an ordering or the function of `map`."""
    if len(node.args.args) != 1:
        return Worked()
    place = program.parents.get(node)
    is_key = isinstance(place, ast.keyword) and place.arg == "key"
    call = program.parents.get(place) if is_key and place is not None else place
    if not isinstance(call, ast.Call):
        return Worked()
    name = node.args.args[0].arg
    match call.func:
        case ast.Attribute(value=owner, attr="sort") if is_key:
            source, does = owner, "sort"
        case ast.Name(id="sorted" | "max" | "min" as does) if is_key and call.args:
            source = call.args[0]
        case ast.Name(id="map" | "filter" as does) if len(call.args) > 1:
            source = call.args[1]
        case _:
            return Worked()
    items = value_in(program, source, f"list({ast.unparse(source)})")
    if not isinstance(items, list) or not items:
        return Worked()
    keys = [value_in(program, node.body, ast.unparse(node.body), {name: item}) for item in items[: _ROUNDS + 1]]
    pairs = list(zip(all_shown(items[: _ROUNDS + 1]), all_shown(keys), strict=False))
    if not pairs:
        return Worked()
    word = "key" if is_key else "value"
    told = [f"For {item} the {word} is {key}." for item, key in pairs]
    ends = _order(call, does, source, items)
    how = {
        "sort": "Python calls it once for each item and orders the items by these keys, the smallest key first.",
        "sorted": "Python calls it once for each item and orders the items by these keys, the smallest key first.",
        "max": "Python calls it once for each item and picks the item with the largest key.",
        "min": "Python calls it once for each item and picks the item with the smallest key.",
        "map": "Python calls it once for each item and keeps what it returns.",
        "filter": "Python calls it once for each item and keeps the items for which it returns a true value.",
    }[does]
    if does in ("sort", "sorted") and any(each.arg == "reverse" for each in call.keywords):
        how = "Python calls it once for each item and orders the items by these keys; `reverse` turns the order round."
    if isinstance(node.body, ast.Tuple) and is_key:
        how += " Tuples are compared part by part: the second part counts only where the first parts are equal."
    outcome = ", ".join(f"{item} → {key}" for item, key in pairs)
    return Worked(f"{how} {told[0]}", (how, *told, *([ends] if ends else [])), outcome=outcome)


def _order(call: ast.Call, does: str, source: ast.expr, items: list[Any]) -> str:
    """Return the sentence about what the call makes of all items, or ""."""
    keywords = ", ".join(ast.unparse(each) for each in call.keywords)
    if does == "sort":
        code = f"sorted(items_, {keywords})"
    elif does in ("map", "filter"):
        code = f"list({does}({ast.unparse(call.args[0])}, items_))"
    else:
        code = f"{does}(items_, {keywords})"
    made = shown(computed(code, {"items_": items}))
    what = {
        "sort": f"So {code_span(ast.unparse(source))} becomes",
        "max": "So the result is",
        "min": "So the result is",
    }
    return (
        f"{what.get(does, 'So the new order is' if does == 'sorted' else 'So the items are')} {made}." if made else ""
    )


def _given(program: Program, node: ast.AST) -> Worked:
    """Return the values that the main expression of a line has, each time that it runs."""
    match node:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            pass
        case ast.Return(value=ast.expr() as value) | ast.Expr(value=value):
            pass
        case ast.expr():
            value = node
        case _:
            return Worked()
    main = value
    match value:
        case ast.Call(func=ast.Name(id="print"), args=[only]) if not isinstance(only, ast.Starred):
            main = only
    parts = [each for each in walk(main) if isinstance(each, ast.expr) and _is_step(each)][:_MOST_ITEMS]
    names = [each for each in walk(main) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
    names = [each for each in names if each.id not in program.functions][:_ROUNDS]
    found = seen(program, main, *parts, *names)
    told: list[str] = []
    for part in [*names, *reversed(parts)]:
        span = shown(found[part][0]) if found.get(part) else None
        code = program.segment(part)
        if span and len(code) <= _ROUNDS * 20 and part is not main and span != code_span(code):
            told.append(f"{code_span(code)} is {span}")
    results = all_shown(found.get(main, [])[: _ROUNDS + 1])
    if isinstance(main, ast.Constant | ast.Name) or not results:
        results = []
    told = list(dict.fromkeys(told))
    sentences = []
    if told:
        sentences.append(f"The first time that this line runs, {listed(told)}.")
    if results:
        many = len(set(results)) > 1
        sentences.append(
            f"It gives, one time after another: {', '.join(results)}." if many else f"The result is {results[0]}."
        )
    return Worked(sentences[-1] if sentences else "", tuple(sentences), outcome=", ".join(results))


def _is_step(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp | ast.Compare | ast.BoolOp | ast.Call | ast.Subscript | ast.IfExp | ast.Attribute)
