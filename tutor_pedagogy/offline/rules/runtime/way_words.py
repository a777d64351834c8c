"""Words for the steps of a value: how it came about, what to look at, and what to change."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.origins import ends_in_result

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
    from tutor_pedagogy.offline.rules.runtime.way_steps import Step, Way

_GIVES = {
    "readlines": "a list of lines and not one string",
    "splitlines": "a list of lines and not one string",
    "split": "a list of the parts",
    "findall": "a list of all hits",
    "input": "a string",
    "sorted": "a list",
    "read": "one string and not a list of lines",
    "readline": "one line as a string",
    "range": "a range and not a list",
    "sort": "`None`, since it puts the list itself in order",
    "append": "`None`, since it changes the list itself",
    "print": "`None`, since it only shows its values",
    "items": "pairs of keys and values",
    "enumerate": "pairs of an index and an item",
}
"""What some functions and methods give, in words."""
LONGEST_QUOTE = 60
"""The maximum number of characters of code that a sentence about a step quotes."""
MOST_STEPS = 4
"""The number of steps from which on a way is not written out."""
_DONE = {
    "assigned": "stores it in `{}`",
    "passed": "passes it for `{}`",
    "left out": "passes nothing for `{}`",
    "returned": "returns it from `{}`",
    "ends": "is the end of `{}`",
    "looped": "gives it to `{}` in a loop",
    "entry": "has it as an entry",
    "key": "goes through the keys of `{}`",
    "added": "adds it to `{}`",
    "stored": "stores it in `{}`",
    "began": "sets `{}`",
}
_HOW = {
    "passed": "The call on {line} passes {value} for the parameter `{holder}`",
    "left out": "The call on {line} passes nothing for `{holder}`, which is {value} then",
    "returned": "The function `{holder}` returns {value} on {line}",
    "ends": "The function `{holder}` {way} on {line} without returning a value, so its call gives `None`",
    "looped": "The loop on {line} gives `{holder}` one item of {value} after the other",
    "entry": "The entry {value} stands on {line}",
    "key": "The loop on {line} goes through a dictionary, and that gives its keys, which are strings",
    "added": "On {line} the program adds {value} to `{holder}`",
    "began": "`{holder}` begins as `None`, and {line} has not given it another value before",
    "assigned": "On {line} the program stores {value} in `{holder}`",
    "stored": "On {line} the program stores {value} in `{holder}`",
}
_NEEDS = (
    ("unhashable type", "only a value that cannot change can be a key or an item of a set, such as a tuple"),
    ("'str' object does not support item assignment", "a string cannot be changed in place, but a list can"),
    ("'tuple' object does not support item assignment", "a tuple cannot be changed in place, but a list can"),
    ("'NoneType' object is not subscriptable", "`None` has no items to take out"),
    ("not subscriptable", "only a collection has items to take out with square brackets"),
    ("not iterable", "a loop needs a collection to go through"),
    ("cannot unpack", "only a collection can be unpacked into several names"),
    ("has no len", "only a collection has a length"),
    ("string indices must be", "a string has only numbers as indices; a key needs a dictionary"),
    ("tuple indices must be", "a tuple has only numbers as indices; a key needs a dictionary"),
    ("list indices must be", "a list has only whole numbers as indices; a key needs a dictionary"),
    ("argument of type", "only a collection can be searched with `in`"),
    ("'NoneType' object has no attribute", "`None` has no methods or attributes of this kind"),
)
"""What an operation needs, by a part of the message of the exception that it raises."""
_STEPS = {
    "began": "Ask why the line that should give `{holder}` a value has not run: look at the condition around it.",
    "assigned": "Ask whether `{holder}` should have this type of value at all, or under another name.",
    "passed": "Compare the argument with what the function does with `{holder}`.",
    "left out": "Decide which value `{holder}` should have in this call.",
    "returned": "Compare the `return` statements of `{holder}`: in which case does this one run?",
    "ends": "Find the path on which `{holder}` comes to its end, and say which value the caller should get there.",
    "looped": "Ask whether `{holder}` should stand for one item, or for something else.",
    "entry": "Compare this entry with the other entries of its collection.",
    "key": "Say whether the loop needs the keys of `{holder}` or what is stored under them.",
    "added": "Print what is added to `{holder}`, in each iteration.",
    "stored": "Ask which type of value `{holder}` should have.",
}
_REMEDIES = {
    "passed": "In the call on line {line} pass what the function needs for `{holder}`",
    "left out": "In the call on line {line} pass a value for `{holder}`, if this object has one",
    "returned": (
        "On line {line} return what line {stop} needs, or make sure that this `return` does not run too early"
    ),
    "ends": "Return the result of `{holder}` with `return` on the path that ends on line {line}",
    "looped": "Give the loop variable on line {line} a name of its own, or use the item as what it is",
    "entry": "Write the entry on line {line} in the form that line {stop} needs",
    "key": "Take the values of `{holder}` on line {line}, or look them up by the key",
    "added": "On line {line} add what line {stop} needs",
    "began": "Find out why line {line} has not given `{holder}` a value: a condition, or a call that is missing",
    "assigned": "On line {line} store the type of value that line {stop} needs, or use another name for this one",
    "stored": "On line {line} store the type of value that line {stop} needs, or use another name for this one",
}


def need(case: CrashContext) -> str:
    """Return what the failing operation needs, as the part of a sentence; empty if the message does not tell."""
    return next((words for part, words in _NEEDS if part in case.message), "")


def trail(case: CrashContext, way: Way) -> str:
    """Return the lines of a way in words, from the failing line back; empty if they are too many."""
    parts = [f"line {case.program.shown(each.line)} {_DONE[each.kind].format(each.holder)}" for each in way]
    return ", then ".join(parts) if len(parts) < MOST_STEPS else ""


def how(case: CrashContext, step: Step, kind: str) -> str:
    """Return the sentence that says how the value came about at a step. `kind` is its type in words, or empty."""
    line, value = f"line {case.program.shown(step.line)}", _quoted(case, step.node) or "a value"
    function = case.program.functions.get(step.holder)
    way = "ends" if function is not None and case.program.returns_nothing(function) else "can end"
    if isinstance(step.node, ast.Return):
        value = "nothing"
    if step.kind == "entry" and isinstance(step.node, ast.Tuple):
        return f"It stands in an entry on {line}"
    text = _HOW[step.kind].format(line=line, value=value, holder=step.holder, way=way)
    return f"{text}{_added_words(case, step, kind, value)}"


def _added_words(case: CrashContext, step: Step, kind: str, value: str) -> str:
    """Return what else is to be said about a value: its type, or that a loop is left at once."""
    is_named = not kind or kind in value
    name = called_name(step.node) if isinstance(step.node, ast.Call) else ""
    if step.kind == "returned" and loop_left_at_once(case, step) is not None:
        return ", in the first iteration of its loop"
    if step.kind == "added" and kind == "a list":
        return ", as one whole entry"
    if step.kind in ("assigned", "stored") and name in _GIVES:
        return f", and `{name}` gives {_GIVES[name]}"
    if step.kind in ("assigned", "stored", "returned", "entry") and not is_named and value != "nothing":
        return f", and that is {kind}"
    return ""


def advice(case: CrashContext, step: Step) -> str:
    """Return the step of a plan that fits the way in which the value came about."""
    if step.kind == "returned" and (loop := loop_left_at_once(case, step)) is not None:
        header = case.program.shown(loop.lineno)
        return f"Count how many items the loop of line {header} looks at before the function returns."
    return _STEPS[step.kind].format(holder=step.holder)


def remedy(case: CrashContext, step: Step) -> str:
    """Return what to change at a step, without the full stop."""
    if step.kind == "returned" and (loop := loop_left_at_once(case, step)) is not None:
        header = case.program.shown(loop.lineno)
        return f"Move this `return` behind the loop of line {header}, so that it runs after the last item"
    line, stop = case.program.shown(step.line), case.program.shown(case.line)
    return _REMEDIES[step.kind].format(line=line, stop=stop, holder=step.holder)


def loop_left_at_once(case: CrashContext, step: Step) -> ast.For | ast.While | None:
    """Return the loop around a `return` of None whose first iteration always ends the function; else None."""
    is_none = isinstance(step.node, ast.Return) or (isinstance(step.node, ast.Constant) and step.node.value is None)
    loop = case.program.loop_around(step.node) if is_none else None
    return loop if loop is not None and ends_in_result(loop.body) else None


def _quoted(case: CrashContext, node: ast.AST) -> str:
    text = case.text(node)
    is_short = getattr(node, "end_lineno", 0) == getattr(node, "lineno", 0) and len(text) <= LONGEST_QUOTE
    return f"`{text}`" if is_short and "`" not in text else ""
