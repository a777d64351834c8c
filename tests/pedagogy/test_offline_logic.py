"""The offline tutor on programs with wrong results: suspicious patterns, symptoms, and tracing by hand."""

from __future__ import annotations

import pytest

from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.offline.rules.logic.tracing import trace
from tutor_protocol import Position, Submission

SOUND = [
    "known = []\n\n\ndef register(function):\n    known.append(function)\n    return function\n",
    "def area(w):\n    return w * w\n\nprint(area(3))\n",
    "def main():\n    print('hello')\n\nmain()\n",
    "best = None\nfor x in [3, 1]:\n    if best is None or x < best:\n        best = x\nprint(best)\n",
    "def find(xs, x):\n    for k, v in enumerate(xs):\n        if v == x:\n            return k\n    return -1\n",
    (
        "total = 0\nfor k in range(5):\n    row = 0\n    for j in range(k):\n        row += j\n"
        "    total += row\nprint(total)\n"
    ),
    "xs = [1, 2, 3]\nfor k in range(len(xs) - 1):\n    print(xs[k + 1] - xs[k])\n",
    "n = 10\nwhile n > 0:\n    n -= 3\nprint(n)\n",
    "def fact(n):\n    if n <= 1:\n        return 1\n    return n * fact(n - 1)\n",
    "import math\nprint(math.sin(math.radians(30)))\n",
    "for x in list('abc'):\n    print(x.upper())\n",
    (
        "class Cup:\n    def __init__(self, size):\n        self.size = size\n\n"
        "    def show(self):\n        print(self.size)\n"
    ),
    "def fill(xs, n):\n    if n == 0:\n        return xs\n    xs.append(n)\n    fill(xs, n - 1)\n    return xs\n",
    "import heapq\n\nheap = [3, 1]\nwhile heap:\n    print(heapq.heappop(heap))\n",
    (
        "def order(xs):\n    for k in range(1, len(xs)):\n        j = k\n        while j > 0 and xs[j] < xs[j - 1]:\n"
        "            xs[j], xs[j - 1] = xs[j - 1], xs[j]\n            j -= 1\n    return xs\n"
    ),
    (
        "def order(xs):\n    for k in range(len(xs) - 1):\n        low = k\n"
        "        for j in range(k + 1, len(xs)):\n            if xs[j] < xs[low]:\n                low = j\n"
        "        xs[k], xs[low] = xs[low], xs[k]\n    return xs\n"
    ),
    (
        "def turn(xs):\n    a = 0\n    b = len(xs) - 1\n    while a < b:\n        xs[a], xs[b] = xs[b], xs[a]\n"
        "        a += 1\n        b -= 1\n"
    ),
    "def show(grid):\n    for row in grid:\n        print(row)\n",
    (
        "def odd(n):\n    for d in range(2, n):\n        if n % d == 0:\n            return False\n    else:\n"
        "        return True\n"
    ),
    (
        "def ways(n):\n    row = [None for _ in range(n)]\n    for k in range(n):\n        row[k] = 1\n"
        "    return row[0] + row[1]\n"
    ),
    "last = 0\nnow = 4\nwhile now < 20:\n    last = now\n    now += 6\nprint(last)\n",
    (
        "class Tin:\n    @property\n    def full(self):\n        return True\n\n\ntin = Tin()\nif not tin.full:\n"
        "    print(tin.full)\n"
    ),
    (
        "xs = [1, 3, 5]\nlow, high = 0, 2\nwhile low < high:\n    mid = (low + high) // 2\n    if xs[mid] < 4:\n"
        "        low = mid + 1\n    else:\n        high = mid\nprint(low)\n"
    ),
    (
        "best = now = 0\nfor x in [3, -4, 5]:\n    if now < 0:\n        now = x\n    else:\n        now += x\n"
        "    best = max(best, now)\nprint(best)\n"
    ),
    (
        "def find(xs, x):\n    way = []\n    for k in xs:\n        way.append(k)\n        if k == x:\n"
        "            return way\n    return []\n"
    ),
    "def warm(c):\n    return c * 9 / 5 + 32\n\n\ndef cold(f):\n    return (f - 32) * 5 / 9\n",
    "n = 60\nd = 2\nwhile n > 1:\n    if n % d == 0:\n        n = n / d\n    else:\n        d += 1\nprint(d)\n",
    "import sys\n\nread = sys.stdin.readline\nupper = 'ab'.upper\nprint(upper())\n",
    "found = 0\nfor x in [3, 5]:\n    if x > 2:\n        found = 1\nprint(found)\n",
    "form = '{who} was here'\nwho = 'Ida'\nprint(form.format(who=who))\n",
    (
        "def show(marks=None):\n    if marks is None:\n        marks = []\n    for mark in marks:\n        print(mark)"
        "\n\n\nshow([1])\n"
    ),
    (
        "try:\n    marks = open('marks.txt').readlines()\nexcept OSError:\n    marks = []\nfor mark in marks:\n"
        "    print(mark)\n"
    ),
    "for city in ['Rome', 'Bern']:\n    if city == 'Bern':\n        print(1)\n        break\nelse:\n    print(0)\n",
    "class Level:\n    start = 5\n\n    def __init__(self):\n        self.start += 1\n\n\nprint(Level().start)\n",
    "from datetime import datetime\nbegin = datetime.now()\nprint((datetime.now() - begin).seconds)\n",
    "names = ['Ann', 'Bo']\nlast = max(names)\nprint(last)\n",
    "import random\ncolumn = random.randrange(1, 6)\nprint(column)\n",
    "balance = 100\ninterest = balance * 0.1\nfor _ in range(3):\n    balance += interest\nprint(balance)\n",
    "word = 'abc'\nfor k in range(-len(word), 0):\n    print(word[k])\n",
]


def ask(code: str, text: str | None = None, question: str | None = None) -> Submission:
    """Return the explanation of a program that runs without an exception."""
    return Submission(code=code, cursor=Position(0, 0), traceback=text, question=question)


@pytest.mark.parametrize("code", SOUND)
def test_sound_programs_have_no_smell(code: str) -> None:
    """A correct program has no finding."""
    assert diagnose(ask(code)).rule == "purpose.check"


def test_edits_of_smells_mend_the_line() -> None:
    """The edit of a logic rule is on the line that the finding names."""
    edit = diagnose(ask("def sum_to(n):\n    s = 0\n    for k in range(n):\n        s += k\n    return s\n")).edit
    assert edit is not None
    assert edit.after == "    for k in range(n + 1):"


WRONG = "def pick(n):\n    if n > 3:\n        word = 'big'\n    else:\n        word = 'small'\n    return word\n"


@pytest.mark.parametrize(
    ("expected", "got", "rule"),
    [
        ("5", "None", "logic.result-is-none"),
        ("5", "'5'", "logic.result-of-another-kind"),
        ("[1]", "(1,)", "logic.result-of-another-kind"),
        ("True", "False", "logic.answer-turned-round"),
        ("5", "4", "logic.result-off-by-one"),
        ("5", "90", "logic.result-too-big-or-small"),
        ("[1, 2]", "[2, 1]", "logic.result-in-another-order"),
        ("[1, 2]", "[1]", "logic.result-too-long-or-short"),
        ("'Big'", "'big '", "logic.text-in-another-form"),
        ("'small'", "'big'", "logic.wrong-branch-taken"),
    ],
)
def test_wrong_result_is_told_by_its_kind(expected: str, got: str, rule: str) -> None:
    """The expected and the actual value decide how the result is wrong."""
    text = f"Test failed: pick(3)\n  expected: {expected}\n  got:      {got}\n"
    finding = diagnose(ask(WRONG, text))
    assert finding.rule == rule
    assert dict(finding.slots)["call"] == "pick(3)"


def test_endless_call_is_told() -> None:
    """A test that timed out leads to the loop."""
    code = "def half(n):\n    while n != 1:\n        n = n // 2 + 1\n    return n\n"
    finding = diagnose(ask(code, "Test did not finish (stopped after 1 s): half(9)"))
    assert (finding.rule, finding.lines) == ("logic.never-comes-to-an-end", (2,))


def test_smell_that_fits_the_symptom_wins() -> None:
    """A symptom decides between several findings, and can confirm a finding that is too uncertain by itself."""
    code = "def turn(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n    return out\n"
    assert diagnose(ask(code)).rule == "purpose.check"
    text = "Test failed: turn([1, 2])\n  expected: [1, 2]\n  got:      [2, 1]\n"
    assert diagnose(ask(code, text)).rule == "logic.always-put-in-front"


def test_smell_in_another_function_is_passed_over() -> None:
    """Only the function that the failing test calls, and functions it calls, are examined."""
    code = "def other(xs):\n    return xs.sort()\n\ndef pick(n):\n    return n - 1\n"
    text = "Test failed: pick(3)\n  expected: 3\n  got:      2\n"
    assert diagnose(ask(code, text)).lines == (5,)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("E       assert 5 == 6\nE        +  where 5 = add(2, 3)\n", ("off", "less", "value")),
        ("AssertionError: 3 != 4\n", ("off", "less", "value")),
        ("Expected:\n    [1, 2]\nGot:\n    []\n", ("empty", "short", "value")),
        ("Failed example: f(2)\nExpected: 4\nGot: 8\n", ("more", "value")),
    ],
)
def test_symptoms_are_read_from_several_test_programs(text: str, kinds: tuple[str, ...]) -> None:
    """Reports of pytest, unittest and doctest give the same symptom."""
    symptom = read_symptom(text)
    assert symptom is not None
    assert symptom.kinds == kinds


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("I get 4 but it should be 5, why?", "logic.result-off-by-one"),
        ("it gives 'Big' instead of 'big'", "logic.text-in-another-form"),
        ("Why does this return None?", "logic.trace-by-hand"),  # each way through the function returns a word
        ("my loop never ends", "logic.never-comes-to-an-end"),
    ],
)
def test_question_tells_the_symptom(question: str, rule: str) -> None:
    """Without a test, the student's question provides the symptom."""
    assert diagnose(ask(WRONG, question=question)).rule == rule


def test_nothing_found_leads_to_a_trace_with_the_students_own_variable() -> None:
    """Without a finding, the tutor explains how to trace by hand, beginning at the cursor."""
    code = "price = 3\ntax = price * 2\nprint(tax)\n"
    finding = diagnose(Submission(code=code, cursor=Position(1, 0), question="Why is the tax so high?"))
    assert (finding.rule, finding.lines) == ("logic.trace-by-hand", (2,))
    assert dict(finding.slots)["variable"] in ("tax", "price")


_SHOP = (
    "import math\n\n\n"
    "class Shop:\n"
    "    def __init__(self, stock):\n"
    "        self.stock = stock\n\n"
    "    def cheapest(self, limit):\n"
    "        found = []\n"
    "        for price in self.stock:\n"
    "            if price < limit:\n"
    "                found.append(price)\n"
    "        return found\n\n"
    "    def rounded_down(self):\n"
    "        whole = math.floor(self.stock[0])\n"
    "        return whole\n\n\n"
    "shop = Shop([2.5, 4])\n"
    "amount = len(shop.stock)\n"
    "print('pieces:', amount)\n"
)


@pytest.mark.parametrize(
    ("question", "report", "cursor", "line", "variable"),
    [
        ("the amount looks odd", None, 1, 21, "amount"),
        ("pieces are odd", None, 1, 21, "amount"),
        ("cheapest leaves me puzzled", None, 17, 10, "price"),
        ("something about rounding is odd", "E  in test_cheapest: assert shop.cheapest(3)", 1, 10, "price"),
        ("this looks odd", None, 17, 16, "whole"),
        ("this looks odd", None, 1, 6, "stock"),
    ],
)
def test_trace_starts_where_the_question_or_the_test_points(
    question: str, report: str | None, cursor: int, line: int, variable: str
) -> None:
    """A trace starts at the variable or function that is named, else near the cursor, and never at an import."""
    match = trace(Program(Submission(code=_SHOP, cursor=Position(cursor - 1, 0), question=question, traceback=report)))

    assert (match.lines, match.slots["variable"]) == ((line,), variable)


@pytest.mark.parametrize(("got", "expected", "line"), [("True", "False", 4), ("False", "True", 6)])
def test_answer_that_came_too_early_is_the_one_that_came(got: str, expected: str, line: int) -> None:
    """Of two early returns in a loop, the one with the value that the test got is named."""
    code = (
        "def paid(bills):\n    for bill in bills:\n        if bill == 0:\n            return True\n"
        "        else:\n            return False\n"
    )
    text = f"Test failed: paid([0, 2])\n  expected: {expected}\n  got: {got}\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), traceback=text))
    assert (finding.rule, finding.lines) == ("logic.answer-in-first-round", (line,))


def test_answer_about_all_items_is_a_yes_that_comes_too_early() -> None:
    """Without a test, the function's name decides which result needs all items."""
    code = (
        "def all_paid(bills):\n    for bill in bills:\n        if bill:\n            return True\n"
        "        else:\n            return False\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(0, 0)))
    assert (finding.rule, finding.lines) == ("logic.answer-in-first-round", (4,))


@pytest.mark.parametrize(
    ("text", "expected", "got"),
    [
        ("Failed example:\n    double(2)\nExpected:\n    4\nGot:\n    None\n", "4", "None"),
        ("Failed example:\n    double(2)\nExpected:\n    4\nGot nothing\n", "4", "None"),
        ("    self.assertEqual(double(2), 4)\nAssertionError: 5 != 4\n", "4", "5"),
        ("    self.assertEqual(4, double(2))\nAssertionError: 4 != 5\n", "4", "5"),
        ("    self.assertEqual([1], double(2))\nAssertionError: Lists differ: [1] != [2]\n", "[1]", "[2]"),
        ("AssertionError: double(2) returned 5, expected 4\n", "4", "5"),
        ("AssertionError: expected 'ADA' but got 'Ada'\n", "'ADA'", "'Ada'"),
        ("Expected output: 1 2\nYour output: 0 1\n", "1 2", "0 1"),
    ],
)
def test_reports_of_many_test_programs_are_read(text: str, expected: str, got: str) -> None:
    """Reports of doctest, unittest in either order, plain assertions and online judges are understood."""
    symptom = read_symptom(text)
    assert symptom is not None
    assert (symptom.expected, symptom.got) == (expected, got)


def test_return_that_is_never_reached_is_told_with_its_condition() -> None:
    """If a test expects a value and gets None, the condition before the `return` is named."""
    code = "def find(xs, x):\n    for k in range(len(xs)):\n        if [xs[k]] == x:\n            return k\n"
    text = "Test failed: find([1, 2, 4], 2)\n  expected: 7\n  got: None\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), traceback=text))
    assert (finding.rule, finding.lines, finding.expression) == ("logic.return-never-reached", (3,), "[xs[k]] == x")


def test_missing_rounding_is_told() -> None:
    """A number that differs only in its decimals leads to missing rounding."""
    code = "def score(a, b):\n    total = a * 0.4 + b * 0.6\n    return total, 'ok'\n"
    text = "Test failed: score(70, 69)\n  expected: (69, 'ok')\n  got: (69.4, 'ok')\n"
    assert diagnose(Submission(code=code, cursor=Position(0, 0), traceback=text)).rule == "logic.result-not-rounded"


@pytest.mark.parametrize(
    ("got", "expected", "line", "was"),
    [("('B', 90)", "('A', 90)", 2, "false"), ("('A', 91)", "('B', 91)", 2, "true")],
)
def test_condition_that_chose_the_wrong_branch_is_told(got: str, expected: str, line: int, was: str) -> None:
    """If two branches return the expected and the actual value, the condition between them is named."""
    code = (
        "def grade(points):\n    if points > 90:\n        letter = 'A'\n    elif points >= 80:\n        letter = 'B'\n"
        "    else:\n        letter = 'C'\n    return letter, points\n"
    )
    text = f"Test failed: grade(read())\n  expected: {expected}\n  got: {got}\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), traceback=text))
    assert (finding.rule, finding.lines) == ("logic.wrong-branch-taken", (line,))
    assert finding.slots["was"] == was


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("It skips the first.", ("short",)),
        ("It \u017fkips the first.", ("short",)),
        ("IT NEVER STOPS", ("endless",)),
        ("\u0130s it \u0131nfinite?", ("endless",)),
        ("Why is it sorted backwards, not sorted up?", ("order",)),
    ],
)
def test_symptom_of_a_question_in_any_letters(question: str, kinds: tuple[str, ...]) -> None:
    """The symptom in a question is found regardless of case, even for letters with unusual case pairs."""
    symptom = read_symptom(None, question)
    assert symptom is not None
    assert symptom.kinds == kinds


def test_reader_of_a_file_that_is_read_from_the_start_again_is_not_used_up() -> None:
    """A jump back to the start of the file between two loops gives a reader all its rows again."""
    code = (
        "import csv\n\nfile = open('birds.csv')\ntable = csv.reader(file)\nfor row in table:\n    print(row)\n"
        "file.seek(0)\nfor row in table:\n    print(row[0])\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), question="it shows nothing the second time"))

    assert finding.rule != "logic.iterator-used-up"


_TRACED = (
    "prices = [4, 9, 2]\n"
    "share = 0\n"
    "for price in prices:\n"
    "    if price > 100:\n"
    "        share += price\n"
    "    share += price * 2\n"
    "print('share:', share)\n"
)


def test_a_trace_begins_at_a_line_that_runs_and_tells_its_values() -> None:
    """The place is the line that makes what is printed, and not one that the program's own run never reaches."""
    finding = diagnose(Submission(code=_TRACED, cursor=Position(4, 0), question="the share looks odd"))

    assert (finding.rule, finding.lines) == ("logic.trace-by-hand", (6,))
    assert "run 3 times" in finding.slots["story"]
    assert "`price` is `4`, `9` and `2`" in finding.slots["story"]


def test_a_name_is_shown_only_where_it_has_a_value() -> None:
    """On the line that gives a name its first value, a trace shows it after that line."""
    code = "total = input('How much? ')\nprint('You pay', total)\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), question="the total looks odd"))

    assert (finding.lines, finding.slots["new"]) == ((1,), "total")


@pytest.mark.parametrize(
    ("question", "expected", "got"),
    [
        ("[5, 9, 7] should give 7, mine gives 5", "7", "5"),
        ("I type 3 and it says 33 eggs, expected 15", "15", "33"),
        ("it gets 2 points for every answer instead of 1", "1", "2"),
        ("it should be 121 but the program prints 120.0", "121", "120.0"),
    ],
)
def test_expectations_are_read_from_sentences(question: str, expected: str, got: str) -> None:
    """Questions tell the right and the wrong result in many orders."""
    symptom = read_symptom(None, question)

    assert symptom is not None
    assert (symptom.expected, symptom.got) == (expected, got)


def test_a_complaint_lets_weak_patterns_count() -> None:
    """A pattern that needs a wrong result counts beside a question that only says that something is wrong."""
    code = "best = 0\nfor mark in map(int, input().split()):\n    if mark > best:\n        best = mark\nprint(best)\n"
    plain = Submission(code=code, cursor=Position(0, 0))
    asked = Submission(code=code, cursor=Position(0, 0), question="the result is wrong for negative numbers")

    assert diagnose(plain).rule != "logic.no-item-beats-the-start"
    assert diagnose(asked).rule == "logic.no-item-beats-the-start"


def test_a_value_that_the_run_beats_is_no_wrong_start() -> None:
    """A start of 0 that items of the run do beat is not called a mistake, whatever the question says."""
    code = "best = 0\nfor mark in [3, 9, 4]:\n    if mark > best:\n        best = mark\nprint(best)\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), question="the result is wrong"))

    assert finding.rule != "logic.no-item-beats-the-start"
