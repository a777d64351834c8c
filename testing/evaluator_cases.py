"""Programs for the offline evaluator: small ones over the whole language, hostile ones, and generated ones."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

_TITLE = re.compile(r"^# === (.+)\n", re.MULTILINE)
_FOLDER = Path(__file__).parent


def _programs(file: str) -> dict[str, str]:
    _, *parts = _TITLE.split((_FOLDER / file).read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def evaluated_programs() -> dict[str, str]:
    """Return small programs that the evaluator must run to their ends, as CPython does, by name."""
    return _programs("evaluated_programs.txt")


def hostile_programs() -> dict[str, str]:
    """Return programs that try to be expensive, to nest deeply, or to reach the evaluator itself, by name."""
    long = {
        "long sum": "x = " + "+".join(["1"] * 2000),
        "nested negations": "x = " + "not " * 900 + "1",
        "nested conditions": "x = " + "1 if 0 else " * 300 + "2",
        "many branches": "x = 5\nif x == 0: pass\n" + "".join(f"elif x == {i + 10}: pass\n" for i in range(500)),
        "nested loops of a comprehension": "[1 " + " ".join(f"for a{i} in [1]" for i in range(300)) + "]",
        "chained attributes": "x = 1\nx" + ".real" * 900,
        "chained calls": "f = lambda: f\nf" + "()" * 900,
        "chained subscripts": "x = [1]\nx" + "[0]" * 900,
        "many context managers": "with " + ",".join(["open('a')"] * 300) + ": pass",
        "many alternatives": "match 1:\n case " + "|".join(str(i) for i in range(5, 2000)) + ": pass",
        "nested blocks": "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 90)) + " " * 90 + "x = 1",
        "nested functions": "".join(" " * i + "def f():\n" for i in range(90)) + " " * 90 + "pass",
        "many bases": "".join(f"class A{i}: pass\n" for i in range(300))
        + "class B(" + ",".join(f"A{i}" for i in range(300)) + "): pass",
        "long string in a template": 'a = "a" * 9999\nb = f"' + "{a}" * 500 + '"',
    }  # fmt: skip
    return {**_programs("hostile_programs.txt"), **long}


_NAMES = ("n", "x", "s", "words", "d", "pair", "flags", "f", "box")
_START = """\
n, x, s = 3, 2.5, "abc"
words, d, pair, flags = ["b", "a"], {"k": 1, "z": [2]}, (1, "q"), {1, 2}
class Box:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return isinstance(o, Box) and self.v == o.v
    def __add__(self, o): return Box(self.v + o)
    def __len__(self): return 2
    def __repr__(self): return f"Box({self.v!r})"
def f(a, b=1, *c): return a if b else [a, c]
box = Box(n)
"""
_BINARY = ("+", "-", "*", "//", "%", "/", "==", "!=", "<", ">=", "in", "not in", "and", "or", "|", "&", "is")
_CALLS = (
    *("len({0})", "str({0})", "list({0})", "sorted({0})", "sum({0})", "max({0}, {1})", "f({0}, {1})", "f({0})"),
    *("repr({0})", "int({0})", "bool({0})", "range({0})", "tuple({0})", "isinstance({0}, str)", "abs({0})"),
    *("list(zip({0}, {1}))", "list(enumerate({0}))", "list(map(str, {0}))", "any({0})", "round({0})", "dict({0})"),
    *("{0}[{1}]", "{0}[{1}:]", "{0}[::-1]", "{0}.upper()", "{0}.split({1})", "{0}.get({1})", "{0}.append({1})"),
    *("{0}.count({1})", "{0}.index({1})", "{0}.items()", "{0}.v", "{0}.join({1})", "{0}.replace({1}, {0})"),
    *("[y for y in {0}]", "[{1} for y in {0} if y]", "{{y: {1} for y in {0}}}", "(lambda q: q)({0})", "f'{{{0}}}'"),
    *("({0} if {1} else n)", "not {0}", "-{0}", "[{0}, {1}]", "({0}, {1})", "[*{0}]", "'%s %s' % ({0}, {1})"),
    *("'{{}}-{{}}'.format({0}, {1})", "Box({0})", "{0}({1})", "{0}.pop()", "min({0})", "reversed({0})", "type({0})"),
)
_STATEMENTS = (
    *("{name} = {0}", "{name} += {0}", "print({0}, {1})", "words[{0}] = {1}", "d[{0}] = {1}", "box.v = {0}", "{0}"),
    *("{name} -= {0}", "{name} *= {0}", "a, b = {0}", "a, *b = {0}", "del words[{0}]", "assert {0}, {1}"),
    *("if {0}:\n    print({1})\nelse:\n    print('no')", "for y in {0}:\n    print(y, {1})\nelse:\n    print('end')"),
    *("try:\n    {name} = {0}\nexcept (TypeError, ValueError) as e:\n    print('caught', type(e).__name__)",),
    *("try:\n    print({0})\nexcept Exception as e:\n    print(type(e).__name__)\nfinally:\n    print({1})",),
    *("def g(y={0}):\n    {name} = y\n    return {1}\nprint(g())", "while n < 5:\n    n += 1\n    print({0})"),
    *("match {0}:\n    case [p, *q]: print(p, q)\n    case {{'k': p}}: print(p)\n    case str(): print('text')",),
)


def generated_program(seed: int) -> str:
    """Return a random program in which most operators meet most types. The same seed gives the same program."""
    random = Random(seed)

    def expression(depth: int) -> str:
        if depth == 0 or random.random() < 0.25:
            return random.choice((*_NAMES, *_NAMES, "0", "1", "-2", "'a'", "''", "None", "True", "[]", "1.5"))
        if random.random() < 0.4:
            return f"({expression(depth - 1)} {random.choice(_BINARY)} {expression(depth - 1)})"
        return random.choice(_CALLS).format(expression(depth - 1), expression(depth - 1))

    lines = [
        random.choice(_STATEMENTS).format(expression(2), expression(1), name=random.choice(_NAMES[:7]))
        for _ in range(random.randint(2, 6))
    ]
    guarded = "".join(
        "try:\n" + "".join(f"    {part}\n" for part in line.split("\n"))
        + f"except Exception as error:\n    print({number}, type(error).__name__, error)\n"
        for number, line in enumerate(lines[:-1])
    )  # fmt: skip
    return _START + guarded + lines[-1] + "\n"
