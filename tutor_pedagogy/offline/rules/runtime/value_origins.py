"""Values of a type that the failing line cannot use: the line that gave the value, and not the line that uses it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, is_stored, is_string
from tutor_pedagogy.offline.rules.runtime.attributes import is_renamed
from tutor_pedagogy.offline.rules.runtime.culprits import Culprit, culprits
from tutor_pedagogy.offline.rules.runtime.guessed_types import guessed_type
from tutor_pedagogy.offline.rules.runtime.objects import owner_of
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack
from tutor_pedagogy.offline.rules.runtime.way_edits import began_as_list, edits_of, names_left_unread
from tutor_pedagogy.offline.rules.runtime.way_steps import Step
from tutor_pedagogy.offline.rules.runtime.way_words import advice, how, need, remedy, trail

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.way_steps import Way


@runtime_rule(
    "value-from-elsewhere",
    ("AttributeError", "TypeError"),
    is_general=True,
    before=(
        *("attribute-of-none", "none-gone-through", "none-looked-into", "none-in-operation", "none-as-argument"),
        *("none-handed-on", "method-of-another-kind", "not-offered-by-object", "value-in-place-of-object"),
        *("own-object-as-collection", "loop-over-other", "no-items", "no-length", "nothing-to-search-in"),
        *("key-can-change", "list-in-calculation", "index-of-wrong-kind", "text-in-calculation", "compared-kinds"),
        *("attribute-never-set", "own-objects-in-operation", "text-key-on-list", "fixed-value-changed"),
        *("own-objects-without-order", "not-callable", "unpacking-count", "loop-over-number", "text-plus-other"),
    ),
)
def value_from_elsewhere(case: CrashContext) -> Match | None:
    """Return the line that gave the failing line a value of a type that it cannot use."""
    for culprit in culprits(case):
        way = WayBack(case, culprit.type).of(culprit.node)
        if culprit.type == "str" and culprit.is_operand and not _is_input(way) and _odd_return(case, way) is None:
            continue
        if not way or not _may_be_of_another_class(case, culprit):
            continue
        step = _cause(case, way)
        if "item assignment" in case.message and is_string(step.node):
            continue  # The text may be right as it is: no string can be changed in place.
        if _is_misnamed_method(case, culprit, step):
            return None
        if _is_better_at_the_use(case, culprit, way):
            return None
        return _match(case, culprit, way, step)
    return None


def _is_input(way: Way) -> bool:
    """Return whether a value comes from `input` in another function, so that the other rules for it do not see it."""
    return len(way) > 1 and is_call_of(way[-1].node, "input")


def _odd_return(case: CrashContext, way: Way) -> Step | None:
    """Return the step at which a function returns a string, if its other `return` statements give numbers."""
    for step in way:
        function = case.program.functions.get(step.holder) if step.kind == "returned" else None
        if function is None:
            continue
        others = [each.value for each in case.program.returns_of(function) if each.value is not step.node]
        kinds = {guessed_type(value, case.classes, case.program.functions) for value in others if value is not None}
        if others and kinds <= {"int", "float", ""}:
            return step
    return None


def _may_be_of_another_class(case: CrashContext, culprit: Culprit) -> bool:
    """Return whether an object of the program's own class may stand for one of another class that has the attribute."""
    owner = case.classes.get(culprit.type)
    if owner is None or case.crash.exception != "AttributeError":
        return True
    name = case.message.rpartition("attribute '")[2].partition("'")[0]
    for node in case.program.each(ast.FunctionDef, ast.Attribute):
        if is_stored(node, name) or (isinstance(node, ast.FunctionDef) and node.name == name):
            inside = next((up for up in case.program.above(node) if isinstance(up, ast.ClassDef)), None)
            if inside is not None and inside is not owner:
                return True
    return False


def _cause(case: CrashContext, way: Way) -> Step:
    """Return the step that is the cause: the last, or the call that passed a good value to the wrong function."""
    if "item assignment" in case.message and way[0].kind == "assigned" and len(way) > 1:
        return way[0]
    last = _lost_store(case, way[-1]) or _later_value(case, way[-1]) or way[-1]
    if (odd := _odd_return(case, way)) is not None:
        return odd
    for at, step in enumerate(way):
        if step.kind == "added" and all(later.kind == "assigned" for later in way[at + 1 :]) and _is_list(case, last):
            return step
    for step in way:
        is_other = step.kind == "added" and names_left_unread(case, step)
        if step is not last and (is_other or (step.kind in ("stored", "assigned") and began_as_list(case, step))):
            return step
    is_object = isinstance(last.node, ast.Call) and called_name(last.node) in case.classes
    if is_object or last.kind in ("key", "looped"):
        for step in reversed(way):
            if step.kind == "passed" and isinstance(step.node, ast.Name):
                return step
    return last


def _is_list(case: CrashContext, step: Step) -> bool:
    node = step.node
    return isinstance(node, ast.expr) and guessed_type(node, case.classes, case.program.functions) == "list"


def _lost_store(case: CrashContext, last: Step) -> Step | None:
    """Return the line of a method that stores a value in a variable, and not in the attribute that began as None."""
    if last.kind != "stored" or not isinstance(last.node, ast.Constant) or last.node.value is not None:
        return None
    name = last.holder.rpartition(".")[2]
    owner = case.class_of(case.program.function_at(last.line))
    stores = [node for node in case.program.each(ast.Attribute) if is_stored(node, name)]
    if owner is None or len(stores) != 1:
        return None
    for line, value in case.program.assignments(name):
        if value is not None and case.class_of(case.program.function_at(line)) is owner:
            return Step("assigned", value, name)
    return None


def _later_value(case: CrashContext, last: Step) -> Step | None:
    """Return the only line that gives a value to a variable or attribute which began as None, and has not run."""
    if not isinstance(last.node, ast.Constant) or last.node.value is not None:
        return None
    name = last.holder.rpartition(".")[2]
    others: list[ast.expr] = []
    if last.kind == "assigned":
        function = case.program.function_at(last.line)
        bound = case.program.assignments(name)
        others = [value for at, value in bound if value is not None and case.program.function_at(at) is function]
    elif last.kind == "stored":
        others = [value for _, value in case.attribute_values(name)]
    later = [value for value in others if not (isinstance(value, ast.Constant) and value.value is None)]
    return Step("began", later[0], last.holder) if len(later) == 1 else None


def _is_link(case: CrashContext, last: Step) -> bool:
    """Return whether an attribute that began as None links objects: lines outside the class store others in it."""
    if not isinstance(last.node, ast.Constant) or last.node.value is not None:
        return False
    name = last.holder.rpartition(".")[2]
    if last.kind == "stored" and len(case.attribute_values(name)) == 1:
        return True
    return any(
        is_stored(node, name) and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        for node in case.program.each(ast.Attribute)
    )


def _is_better_at_the_use(case: CrashContext, culprit: Culprit, way: Way) -> bool:
    """Return whether the line that uses a value is as likely the cause as the line that gave it."""
    last = way[-1]
    if _is_meant(case, culprit, last):
        return True
    is_plain_none = culprit.type == "NoneType" and last.kind == "ends" and len(way) == 1
    is_start_value = isinstance(last.node, ast.Constant) and last.node.value is None and last.kind == "assigned"
    if (is_plain_none and _gives_nothing(case, last)) or (is_start_value and len(way) == 1):
        return True
    if last.kind == "stored" and _is_link(case, last) and _lost_store(case, last) is None:
        return True
    is_here = len({case.line, *(step.line for step in way)}) == 1
    is_only_assigned = len(way) == 1 and last.kind in ("assigned", "looped")
    if is_here:
        return True
    if is_only_assigned and isinstance(culprit.node, ast.Name):
        kinds = case.bound(culprit.node.id)
        is_made = isinstance(last.node, ast.Call) and called_name(last.node) in ("readlines", "split", "read", "input")
        return len(kinds) <= 1 and not is_made
    is_plain = isinstance(last.node, ast.Constant) and last.node.value is not None
    name = case.message.rpartition("attribute '")[2].partition("'")[0]
    return is_plain and last.kind == "passed" and owner_of(case, name) is not None


_COLLECTIONS = frozenset(("list", "tuple", "dict", "set"))


def _is_meant(case: CrashContext, culprit: Culprit, last: Step) -> bool:
    """Return whether a value has the type that is meant: a collection used as one, or a number that `len` gets."""
    if culprit.type in _COLLECTIONS and culprit.is_operand and _is_used_as_collection(case, culprit.node):
        return True
    return culprit.type in ("int", "float") and "has no len" in case.message and last.kind != "returned"


def _is_used_as_collection(case: CrashContext, node: ast.expr) -> bool:
    """Return whether the function uses a variable elsewhere as the collection that it is: the value is meant."""
    if not isinstance(node, ast.Name):
        return False
    for use in case.program.uses.get(node.id, ()):
        if use is node or case.program.function_at(use.lineno) is not case.function:
            continue
        match case.program.parents.get(use):
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated) if iterated is use:
                return True
            case ast.Call(func=ast.Name(id="len" | "sum" | "max" | "min" | "sorted" | "enumerate")):
                return True
            case ast.Subscript(value=owner) if owner is use:
                return True
    return False


def _is_misnamed_method(case: CrashContext, culprit: Culprit, step: Step) -> bool:
    """Return whether a display such as `[]` stores the value, and its type has the method under another name."""
    name = case.message.rpartition("attribute '")[2].partition("'")[0]
    is_display = isinstance(step.node, ast.List | ast.Dict | ast.Set | ast.Tuple | ast.Constant)
    return case.crash.exception == "AttributeError" and is_display and is_renamed(culprit.type, name)


def _match(case: CrashContext, culprit: Culprit, way: Way, step: Step) -> Match:
    shown = case.program.shown
    slots: dict[str, str | ast.AST] = {
        "name": culprit.node,
        "type": in_words(culprit.type),
        "stop": str(shown(case.line)),
        "how": how(case, step, in_words(culprit.type)),
        "step": advice(case, step),
        "remedy": remedy(case, step),
        "trail": trail(case, way),
        "need": need(case),
    }
    place = step.call if step.call is not None else step.node
    found = case.at(place.lineno if isinstance(place, ast.stmt) else place, slots=slots)
    edits = tuple(edit for edit in edits_of(case, culprit, step) if edit is not None)
    is_proved = step.kind == "ends" and _gives_nothing(case, step)
    if "unhashable" in case.message and isinstance(step.node, ast.List) and len(edits) == 1:
        return replace(found, edit=edits[0])
    is_reading = isinstance(step.node, ast.Call) and called_name(step.node) in ("readlines", "input")
    if (is_proved or is_reading) and len(edits) == 1:
        return replace(found, edit=edits[0], is_proved=is_proved)
    return replace(found, choices=edits, is_proved=is_proved)


def _gives_nothing(case: CrashContext, step: Step) -> bool:
    """Return whether the function of a step has no `return` with a value at all."""
    function = case.program.functions.get(step.holder)
    return function is not None and case.program.returns_nothing(function)
