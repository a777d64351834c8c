"""Wrong arguments: the value that a function cannot use was passed by the call that the traceback shows above it."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, names_in, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "collection-passed-for-item",
    ("AttributeError", "TypeError"),
    r"'?(?P<type>list|tuple|dict|set)'?",
    before=(
        *("method-of-another-kind", "attribute-misspelt", "list-in-calculation", "text-in-calculation"),
        *("began-as-another-kind", "compared-kinds", "text-plus-other", "form-of-another-kind", "item-onto-list"),
        *("index-of-wrong-kind", "not-offered-by-object", "join-of-numbers"),
    ),
)
def collection_passed_for_item(case: CrashContext) -> Match | None:
    """Return the call that passes the collection of the loop around it, and not the loop's item."""
    function, callers = case.function, case.crash.callers
    used = {node.id for node in case.likely(ast.Name)}
    places = [case.line, *reversed(callers)][:3]
    for line in places:
        for call in (node for node in case.program.expressions_at(line) if isinstance(node, ast.Call)):
            called = case.program.functions.get(called_name(call))
            is_here = line == case.line
            if called is None and not is_here:
                continue
            if called is function and function is not None and not used & {*parameters(function)}:
                continue
            for argument in call.args:
                for loop in case.loops_above(call):
                    match loop, argument:
                        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=whole)), ast.Name(id=given):
                            is_unused = item not in names_in(call)
                            if given == whole and is_unused:
                                found = case.at(
                                    argument, replace=(argument, item), whole=argument, item=Code(item), call=call
                                )
                                return replace(found, needs_edit=True)
    return None


@runtime_rule(
    "item-is-one-value",
    ("TypeError",),
    r"cannot unpack non-iterable (?P<type>int|float|bool)",
    before=("unpacking-count",),
)
def item_is_one_value(case: CrashContext) -> Match | None:
    """Return the loop with two variables over a collection of single numbers."""
    match case.statement:
        case ast.For(target=ast.Tuple(elts=[ast.Name() as index, ast.Name() as item]), iter=iterated) as loop:
            given = parameters(case.function) if case.function is not None else []
            hidden = next((name.id for name in (index, item) if name.id in given), "")
            edit = None if hidden else case.rewrite(iterated, f"enumerate({case.text(iterated)})")
            found = case.at(loop, name=iterated, first=index, second=item, hidden=Code(hidden), type=case.type_words)
            return replace(found, choices=(edit,) if edit is not None else ())
    return None
