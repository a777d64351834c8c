"""The offline tutor on code that does not parse: each cause, its line, and the edit that mends it."""

from __future__ import annotations

import ast

import pytest

from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline.rules.syntax import CAUSES
from tutor_protocol import Position, Submission

CASES = [
    ("missing-colon", "for fish in range(3)\n    print(fish)\n", 1, "for fish in range(3):\n    print(fish)\n"),
    ("missing-colon", "x = 4\nwhile x > 2\n    x -= 1\n", 2, "x = 4\nwhile x > 2:\n    x -= 1\n"),
    ("empty-block", "if 3 > 2:\nprint('yes')\n", 2, "if 3 > 2:\n    print('yes')\n"),
    ("empty-block", "for a in 'xy':\nprint(a)\n\nprint('end')\n", 2, None),
    ("unexpected-indent", "pens = 3\n  ink = 2\n", 2, "pens = 3\nink = 2\n"),
    ("dedent-to-nowhere", "if 1:\n    a = 1\n    if 2:\n        b = 2\n      c = 3\n", 5, None),
    ("tabs-and-spaces", "if 1:\n\ta = 1\n        b = 2\n", 3, None),
    (
        "else-without-partner",
        "if 1:\n    a = 2\n    else:\n        a = 3\n",
        3,
        "if 1:\n    a = 2\nelse:\n        a = 3\n",
    ),
    ("bracket-never-closed", "total = sum([1, 2]\nprint(total)\n", 1, "total = sum([1, 2])\nprint(total)\n"),
    ("bracket-never-closed", "print('a'\nprint('b')\n", 1, "print('a')\nprint('b')\n"),
    ("bracket-never-opened", "x = 2\ny = (x + 1) * 3)\n", 2, "x = 2\ny = (x + 1) * 3\n"),
    ("bracket-of-another-kind", "seas = ['Red', 'Black')\n", 1, "seas = ['Red', 'Black']\n"),
    ("assignment-for-comparison", "k = 2\nif k = 3:\n    print(k)\n", 2, "k = 2\nif k == 3:\n    print(k)\n"),
    ("two-assignments-on-a-line", "a = int('3'), b = int('4')\n", 1, "a = int('3'); b = int('4')\n"),
    ("assignment-in-call", "print('x'='y')\n", 1, "print('x'+'y')\n"),
    ("nothing-between-values", "n = 3\nprint('n is' n)\n", 2, "n = 3\nprint('n is', n)\n"),
    ("nothing-between-values", "n = 3\nprint('-' n)\n", 2, "n = 3\nprint('-' * n)\n"),
    (
        "operator-of-another-language",
        "a = b = 1\nif a && b:\n    print(a)\n",
        2,
        "a = b = 1\nif a and b:\n    print(a)\n",
    ),
    ("operator-of-another-language", "a = 4\nprint(a => 3)\n", 2, "a = 4\nprint(a >= 3)\n"),
    ("increment-sign", "i = 0\ni++\nprint(i)\n", 2, "i = 0\ni += 1\nprint(i)\n"),
    ("sign-without-value", "print('a',, 'b')\n", 1, "print('a', 'b')\n"),
    ("sign-without-value", "q = 2\nprint(q + )\n", 2, "q = 2\nprint(q)\n"),
    ("text-never-closed", "print('hello)\n", 1, "print('hello')\n"),
    ("text-never-closed", 'name = "Ada\nprint(name)\n', 1, 'name = "Ada"\nprint(name)\n'),
    ("backslash-takes-quote", 'print("C:\\")\n', 1, 'print("C:\\\\")\n'),
    ("quote-inside-text", "print('it's late')\n", 1, 'print("it\'s late")\n'),
    ("backslash-outside-text", "half = 6 \\ 2\n", 1, "half = 6 / 2\n"),
    ("path-with-escapes", "p = 'C:\\Users\\kim'\n", 1, "p = r'C:\\Users\\kim'\n"),
    ("braces-in-f-string", "v = 3\nprint(f'{v')\n", 2, "v = 3\nprint(f'{v}')\n"),
    ("mistyped-keyword", "fro z in range(2):\n    print(z)\n", 1, "for z in range(2):\n    print(z)\n"),
    ("mistyped-keyword", "x = 3\nWhile x:\n    x -= 1\n", 2, "x = 3\nwhile x:\n    x -= 1\n"),
    (
        "else-with-condition",
        "x = 1\nif x > 2:\n    a = 1\nelse if x > 1:\n    a = 2\n",
        4,
        "x = 1\nif x > 2:\n    a = 1\nelif x > 1:\n    a = 2\n",
    ),
    (
        "else-with-condition",
        "x = 1\nif x > 2:\n    a = 1\nelse x > 1:\n    a = 2\n",
        4,
        "x = 1\nif x > 2:\n    a = 1\nelif x > 1:\n    a = 2\n",
    ),
    ("print-without-brackets", "print 'hi'\n", 1, "print('hi')\n"),
    ("keyword-as-name", "class = 7\nprint(class)\n", 1, None),
    ("prose-in-code", "ask the user for numbers\nx = 1\n", 1, "# ask the user for numbers\nx = 1\n"),
    ("text-without-quotes", "print(hello dear world)\n", 1, 'print("hello dear world")\n'),
    ("call-as-target", "d = {}\nd('a') = 3\n", 2, "d = {}\nd['a'] = 3\n"),
    ("value-as-target", "a = 1\na + 1 = b\n", 2, None),
    ("value-as-target", "5 = x\n", 1, "x = 5\n"),
    ("value-as-target", "bus-stop = 4\n", 1, "bus_stop = 4\n"),
    ("constant-as-target", "True = 3\n", 1, None),
    ("name-of-two-words", "my age = 3\nprint(3)\n", 1, "my_age = 3\nprint(3)\n"),
    ("not-deletable", "def f(i):\n    return i\n\ndel f(1)\n", 4, None),
    ("null-character", "a = 1\nb = \x002\n", 2, "a = 1\nb = 2\n"),
    ("nested-too-deep", "x = 1\ny = " + "(" * 300 + ")" * 300 + "\n", 2, None),
    ("typographic-character", "print(“hello”)\n", 1, 'print("hello")\n'),
    ("typographic-character", "area = 3 × 4\n", 1, "area = 3 * 4\n"),  # noqa: RUF001 - the character of the case
    ("name-begins-with-digit", "2nd = 'silver'\n", 1, None),
    ("product-without-sign", "x = 4\ny = 3x + 1\n", 2, "x = 4\ny = 3 * x + 1\n"),
    ("leading-zero", "hour = 07\n", 1, "hour = 7\n"),
    ("odd-number", "price = 1.999.50\n", 1, "price = 1999.50\n"),
    ("stray-colon", "a = 2\nprint(a):\n", 2, "a = 2\nprint(a)\n"),
    ("order-of-arguments", "print(sep='-', 'a')\n", 1, None),
    ("named-twice", "print('a', end='', end='!')\n", 1, None),
    ("stars-in-header", "def f(**rest, *more):\n    return more\n", 1, None),
    ("half-a-dictionary-entry", "d = {'a': 1, 'b':}\n", 1, None),
    ("comprehension-without-brackets", "s = w.upper() for w in 'ab'\n", 1, "s = [w.upper() for w in 'ab']\n"),
    ("comma-at-the-end", "from math import pi,\n", 1, "from math import pi\n"),
    ("import-form", "import sqrt from math\n", 1, None),
    ("statement-out-of-place", "def f(a):\n    a = a + 1\nreturn a\n", 3, "def f(a):\n    a = a + 1\n    return a\n"),
    ("statement-out-of-place", "x = 3\nbreak\n", 2, None),
    ("declared-too-late", "n = 1\ndef f():\n    n = 2\n    global n\n", 4, None),
    ("header-form", "def greet:\n    print('hi')\n", 1, "def greet():\n    print('hi')\n"),
    ("header-form", "for k range(3):\n    print(k)\n", 1, "for k in range(3):\n    print(k)\n"),
    (
        "comparison-without-left-side",
        "x = 4\nif x > 3 and < 5:\n    print(x)\n",
        2,
        "x = 4\nif x > 3 and x < 5:\n    print(x)\n",
    ),
    ("choice-without-else", "a = 1\nb = 2 if a\n", 2, None),
    ("statement-inside-expression", "print(list(map(def f(x): x, [1])))\n", 1, None),
    ("try-form", "try:\n    a = 1\nb = 2\n", 3, None),
    (
        "try-form",
        "try:\n    a = 1\nexcept KeyError, slip:\n    a = 2\n",
        3,
        "try:\n    a = 1\nexcept KeyError as slip:\n    a = 2\n",
    ),
    ("pasted-prompt", ">>> a = 1\n>>> print(a)\n1\n", 1, "a = 1\nprint(a)\n1\n"),
    ("pasted-prompt", "def f():\n...     return 3\n", 2, "def f():\n    return 3\n"),
    ("command-for-the-terminal", "a = 1\npip install numpy\n", 2, "a = 1\n# pip install numpy\n"),
    ("comment-of-another-language", "// the number\nn = 4\n", 1, "# the number\nn = 4\n"),
    ("comment-of-another-language", "n = 4 // number of tries\n", 1, "n = 4 # number of tries\n"),
    ("comment-of-another-language", "/* one\n two */\nn = 4\n", 1, "# one\n#  two */\nn = 4\n"),
    ("word-of-another-language", "int tries = 4\n", 1, "tries = 4\n"),
    ("word-of-another-language", "class Cup:\n    pass\n\nc = new Cup()\n", 4, "class Cup:\n    pass\n\nc = Cup()\n"),
    (
        "word-of-another-language",
        "def area(int w, int h):\n    return w * h\n",
        1,
        "def area(w, h):\n    return w * h\n",
    ),
    ("word-of-another-language", "a = 3\nif a > 2 then:\n    print(a)\n", 2, "a = 3\nif a > 2:\n    print(a)\n"),
    ("word-of-another-language", "for k in 'ab':\n    print(k)\nend for\n", 3, None),
    ("word-of-another-language", "day = 2\nswitch day:\n    print(day)\n", 2, None),
    ("braces-for-block", "a = 3\nif (a > 2) {\n    print(a)\n}\n", 2, "a = 3\nif (a > 2):\n    print(a)\n\n"),
    ("raise-with-comma", "raise ValueError, 'too old'\n", 1, "raise ValueError('too old')\n"),
    ("choice-of-another-language", "a = 3\nb = a > 2 ? 1 : 0\n", 2, "a = 3\nb = 1 if a > 2 else 0\n"),
    ("storing-sign-with-colon", "n := 5\n", 1, "n = 5\n"),
    ("sign-with-a-gap", "x = 3\nif x > = 3:\n    print(x)\n", 2, "x = 3\nif x >= 3:\n    print(x)\n"),
    ("two-statements-on-a-line", "x = 1 y = 2\n", 1, "x = 1\ny = 2\n"),
    (
        "case-form",
        "k = 1\nmatch k:\n    case 1:\n        print(k)\n    default:\n        print(0)\n",
        5,
        "k = 1\nmatch k:\n    case 1:\n        print(k)\n    case _:\n        print(0)\n",
    ),
    ("case-form", "match 3:\n    case 1 or 2:\n        print(1)\n", 2, "match 3:\n    case 1 | 2:\n        print(1)\n"),
    ("case-takes-all", "match 3:\n    case k:\n        print(k)\n    case 2:\n        print(2)\n", 2, None),
    ("missing-colon", "match 3:\n    case 1\n        print(1)\n", 2, "match 3:\n    case 1:\n        print(1)\n"),
    ("case-form", "match 3:\n    case 1:\n        a = 1\n    case else:\n        a = 2\n", 4, None),
    ("sign-without-value", "a = 1\nb = a =\n", 2, None),
    ("sign-without-value", "a = 3;;\n", 1, "a = 3;\n"),
    ("operator-of-another-language", "print('a'; 'b')\n", 1, "print('a', 'b')\n"),
    ("two-statements-on-a-line", "for i in 'ab': print(i) print(1)\n", 1, "for i in 'ab': print(i); print(1)\n"),
    ("text-never-closed", 'def f():\n    """Say it.\n    return 1\n', 2, 'def f():\n    """Say it."""\n    return 1\n'),
    ("decorator-form", "@property\nx = 5\n", 1, None),
    (
        "choice-in-filter",
        "a = [x for x in 'ab' if x > 'a' else 0]\n",
        1,
        "a = [x if x > 'a' else 0 for x in 'ab']\n",
    ),
    ("empty-block", "def later():\n\nprint(3)\n", 1, "def later():\n    pass\n\nprint(3)\n"),
    ("half-a-dictionary-entry", "d = {\n    'a': 1\n    'b': 2,\n}\n", 2, "d = {\n    'a': 1,\n    'b': 2,\n}\n"),
    ("nothing-between-values", "d = [1, 2 3]\n", 1, "d = [1, 2, 3]\n"),
    ("half-a-dictionary-entry", "d = {'a'=1, 'b'=2}\n", 1, "d = {'a':1, 'b':2}\n"),
    ("statement-inside-expression", "f = lambda x: return x + 1\n", 1, "f = lambda x: x + 1\n"),
    ("header-form", "for (int i = 0; i < 9; i++):\n    print(i)\n", 1, "for i in range(9):\n    print(i)\n"),
    ("header-form", "for i = 1:10\n    print(i)\n", 1, "for i in range(1, 11):\n    print(i)\n"),
    ("header-form", "with open('f') a f:\n    pass\n", 1, "with open('f') as f:\n    pass\n"),
    ("sign-without-value", "c = round(5 /\nprint(c)\n", 1, None),
    ("stray-colon", "def f(x)::\n    return x\n", 1, "def f(x):\n    return x\n"),
    ("text-never-closed", 't = """one\ntwo"\nprint(t)\n', 2, 't = """one\ntwo"""\nprint(t)\n'),
    ("half-a-dictionary-entry", "d = {'a' 1, 'b': 2}\n", 1, "d = {'a': 1, 'b': 2}\n"),
    ("half-a-dictionary-entry", "d = {\n    'a': 1,\n    'b', 2,\n}\n", 3, "d = {\n    'a': 1,\n    'b': 2,\n}\n"),
    ("dictionary-without-braces", "log = []\nlog.append('hour': 3)\n", 2, "log = []\nlog.append({'hour': 3})\n"),
    ("lambda-without-colon", "f = lambda x x + 1\n", 1, "f = lambda x: x + 1\n"),
    ("lambda-without-colon", "f = lambda pair (-pair[1], pair[0])\n", 1, "f = lambda pair: (-pair[1], pair[0])\n"),
    (
        "comprehension-without-brackets",
        "a = [x for x in 'ab' where x > 'a']\n",
        1,
        "a = [x for x in 'ab' if x > 'a']\n",
    ),
    ("comprehension-without-brackets", "a = [n for n [1, 2]]\n", 1, "a = [n for n in [1, 2]]\n"),
    ("choice-without-else", "a = 1 if True, else 2\n", 1, "a = 1 if True else 2\n"),
    ("not-at-another-place", "x = 0\nif x not:\n    x = 1\n", 2, "x = 0\nif not x:\n    x = 1\n"),
    ("not-at-another-place", "v = 2\nprint(v not [1])\n", 2, "v = 2\nprint(v not in [1])\n"),
    ("not-at-another-place", "v = 2\nprint(v in not [1])\n", 2, "v = 2\nprint(v not in [1])\n"),
    ("not-at-another-place", "v = 2\nprint(v not None)\n", 2, "v = 2\nprint(v is not None)\n"),
    ("comma-in-condition", "m = 4\nif m in 4, 6:\n    m = 0\n", 2, "m = 4\nif m in (4, 6):\n    m = 0\n"),
    ("comma-in-condition", "m = 4\nif m > 1, m < 6:\n    m = 0\n", 2, "m = 4\nif m > 1 and m < 6:\n    m = 0\n"),
    (
        "condition-ends-early",
        "m = 4\nif m > 1: and m < 6:\n    m = 0\n",
        2,
        "m = 4\nif m > 1 and m < 6:\n    m = 0\n",
    ),
    ("point-for-comma", "m = round(2.71. 1)\n", 1, None),
    ("point-for-comma", "m = max(0. m1)\n", 1, "m = max(0, m1)\n"),
    ("decimal-comma", "rate = 0,02\n", 1, "rate = 0.02\n"),
    ("slice-in-round-brackets", "row = [1, 2]\nprint(row(1:))\n", 2, "row = [1, 2]\nprint(row[1:])\n"),
    ("call-without-brackets", "n = 3\nprint('n ' + str n)\n", 2, "n = 3\nprint('n ' + str(n))\n"),
    ("unknown-sign", "cost = $4\n", 1, "cost = 4\n"),
    ("header-word-left-out", "show(x):\n    return x\n", 1, "def show(x):\n    return x\n"),
    ("header-form", "def top-most(x):\n    return x\n", 1, "def top_most(x):\n    return x\n"),
    ("header-form", "for (k in 'ab'):\n    print(k)\n", 1, "for k in 'ab':\n    print(k)\n"),
    ("header-form", "class Cat extends object:\n    pass\n", 1, "class Cat(object):\n    pass\n"),
    (
        "try-form",
        "try:\n    a = 1\nexcept ValueError e:\n    a = 2\n",
        3,
        "try:\n    a = 1\nexcept ValueError as e:\n    a = 2\n",
    ),
    ("bracket-never-closed", "d = {\n    'a': max(1, 2,\n}\n", 2, "d = {\n    'a': max(1, 2),\n}\n"),
    ("bracket-never-closed", "s = 'a' + str(3 + 'b'\n", 1, "s = 'a' + str(3) + 'b'\n"),
    ("bracket-of-another-kind", "r = [max(len('a')])\n", 1, "r = [max(len('a'))]\n"),
    ("braces-in-f-string", "v = 3.1\nprint(f'{v:.2f')\n", 2, "v = 3.1\nprint(f'{v:.2f}')\n"),
    ("text-never-closed", "d = {'a': 1, 'b: 2}\n", 1, "d = {'a': 1, 'b': 2}\n"),
    ("text-never-closed", "name = Ann'\n", 1, "name = 'Ann'\n"),
    ("mistyped-keyword", "n = 3\nifn > 2:\n    n = 1\n", 2, "n = 3\nif n > 2:\n    n = 1\n"),
    ("mistyped-keyword", "throw ValueError('no')\n", 1, "raise ValueError('no')\n"),
    ("operator-of-another-language", "n = 7\nprint(n mod 2)\n", 2, "n = 7\nprint(n % 2)\n"),
    ("word-of-another-language", "echo 'hi'\n", 1, "print('hi')\n"),
    ("name-of-two-words", "max so far = 0\n", 1, "max_so_far = 0\n"),
    ("two-statements-on-a-line", "a = 1\nprint(a) print(2)\n", 2, "a = 1\nprint(a)\nprint(2)\n"),
    ("product-without-sign", "a = c = 2\nd = 4ac\n", 2, "a = c = 2\nd = 4 * a * c\n"),
]


def ask(code: str) -> Submission:
    """Ask about code with the cursor at its start."""
    return Submission(code=code, cursor=Position(0, 0))


@pytest.mark.parametrize(("cause", "code", "line", "mended"), CASES)
def test_cause_and_line_are_named(cause: str, code: str, line: int, mended: str | None) -> None:
    """Each slip of the fingers is told by its own rule, at its own line."""
    finding = diagnose(ask(code))
    assert (f"syntax.{cause}", (line,)) == (finding.rule, finding.lines)
    assert finding.error_type == "syntax"


@pytest.mark.parametrize(("cause", "code", "line", "mended"), [case for case in CASES if case[3]])
def test_edit_mends_the_program(cause: str, code: str, line: int, mended: str) -> None:
    """The edit gives the program that the student most likely meant."""
    edit = diagnose(ask(code)).edit
    assert edit is not None
    assert mended == edit.apply(code)


@pytest.mark.parametrize(("cause", "code", "line", "mended"), CASES)
def test_every_edit_compiles(cause: str, code: str, line: int, mended: str | None) -> None:
    """No edit is offered that leaves a program which Python does not take."""
    edit = diagnose(ask(code)).edit
    if edit is not None:
        ast.parse(edit.apply(code))


def test_every_cause_has_a_case() -> None:
    """No cause is in the catalogue without a program that shows it."""
    assert {cause.name for cause in CAUSES} == {f"syntax.{case[0]}" for case in CASES}


def test_two_faults_are_mended_together() -> None:
    """A program with the same slip on two lines gets one edit for both."""
    code = "n = 2\nif n > 1\n    print(n)\nelse\n    print(0)\n"
    edit = diagnose(ask(code)).edit
    assert edit is not None
    assert edit.apply(code) == "n = 2\nif n > 1:\n    print(n)\nelse:\n    print(0)\n"


def test_more_faults_than_an_edit_may_mend_give_a_first_step() -> None:
    """Where more than three tokens would have to change there is no edit, but the first fault's remedy is known."""
    code = "".join(f"if {n}\n    print({n})\n" for n in range(6))
    finding = diagnose(ask(code))
    assert finding.edit is None
    assert finding.first_step is not None
    assert finding.first_step.after == "if 0:"


def test_lines_count_from_the_start_of_the_document() -> None:
    """A piece of a larger document is explained with the document's own line numbers."""
    submission = Submission(code="while True\n    pass\n", cursor=Position(0, 0), first_line=40)
    finding = diagnose(submission)
    assert finding.lines == (41,)
    assert finding.edit is not None
    assert (finding.edit.line, finding.edit.after) == (1, "while True:")


def test_indented_piece_keeps_its_margin() -> None:
    """A method cut out of its class is read as it stands, and the edit is indented like the code."""
    code = "    def area(self)\n        return 3\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), first_line=10))
    assert finding.rule == "syntax.missing-colon"
    assert finding.edit is not None
    assert finding.edit.apply(code) == "    def area(self):\n        return 3\n"


def test_magic_commands_of_a_notebook_are_no_faults() -> None:
    """Lines such as `%matplotlib inline` and `!pip` belong to a cell."""
    code = "%matplotlib inline\n!ls\nprint(1\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), kind="cell"))
    assert (finding.rule, finding.lines) == ("syntax.bracket-never-closed", (3,))
