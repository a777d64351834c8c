"""The offline tutor on programs that stop with an exception: run here for real, then explained."""

from __future__ import annotations

import linecache
import traceback
import warnings
from typing import Any

import pytest

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.rules.runtime import RULES
from tutor_protocol import Cell, Diagnostic, Position, Submission

# Rule, program, the line (or lines) that the tutor has to name.
CASES = [
    ("word-of-another-language", "ready = true\n", 1),
    ("name-not-imported", "print(math.sqrt(2))\n", 1),
    ("name-not-imported", "print(sqrt(2))\n", 1),
    ("name-misspelt", "counter = 1\nprint(conter)\n", 2),
    ("loop-variable-under-another-name", "for part in 'ab':\n    print(piece)\n", 1),
    ("name-defined-later", "greet()\n\ndef greet():\n    print('hi')\n", 1),
    ("name-of-another-function", "def first():\n    amount = 3\n\nfirst()\nprint(amount)\n", 5),
    ("text-without-quotes", "print(zebra)\n", 1),
    ("name-never-defined", "print(0)\ntotal += 2\n", 2),
    ("no-value-before-loop", "for k in range(3):\n    total += k\n", 1),
    (
        "no-value-before-loop",
        "def f(rows):\n    for row in rows:\n        for x in row:\n            n += x\n        print(n)\n\nf([[1]])\n",
        3,
    ),
    ("no-value-before-loop", "while n < 3:\n    n += 1\n", 1),
    ("no-value-before-loop", "def f(xs):\n    for x in xs:\n        at[x] = 1\n    return at\n\nf('a')\n", 2),
    (
        "no-value-before-loop",
        "def f(xs):\n    for x in xs:\n        if x > top:\n            top = x\n    return top\n\nf([1])\n",
        2,
    ),
    ("began-as-another-kind", "ages = {'Ann', 3}\nprint(ages.items())\n", 1),
    ("began-without-keys", "ages = {'Ann', 3}\nprint(ages['Ann'])\n", 1),
    ("began-as-number", "row = 1\nfor k in range(2):\n    row = [1] + [0] * len(row)\n", 1),
    ("sum-began-as-another-kind", "out = 0\nmarks = [(1, 'x')]\nfor n, mark in marks:\n    out += mark\n", 1),
    ("exit-not-called", "line = 'stop'\nif line == 'stop':\n    exit\nn, m = line.split()\n", 3),
    ("number-in-quotes", "def half(n):\n    return n / 2\n\nprint(half('7'))\n", 4),
    ("number-in-quotes", "ages = {'Ann': 3, 'Bo': '4'}\nprint(sum(ages.values()))\n", 1),
    ("comma-in-number", "rate = 1,5\nprint(rate * 2.5)\n", 1),
    (
        "entry-unlike-others",
        "rows = [\n    (1, 2),\n    (3,),\n    (4, 5),\n]\nfor a, b in rows:\n    print(a + b)\n",
        3,
    ),
    ("key-in-two-spellings", "price = {'tea': 2}\n\ndef pay(what):\n    return price[what]\n\npay('Tea')\n", 6),
    (
        "key-in-two-spellings",
        "price = {'Tea': 2}\n\ndef pay(what):\n    return price[what]\n\nfor x in ['tea', 'tea']:\n    pay(x)\n",
        1,
    ),
    ("entry-without-key", "job = {'name': 'wash'}\nprint(job['name'])\nprint(job['done'])\nprint(job['done'])\n", 1),
    (
        "start-is-no-key",
        "size = {'oak': 3}\nbest = 0\nfor tree in size:\n    if size[tree] > size[best]:\n        best = tree\n",
        2,
    ),
    (
        "entry-stored-otherwise",
        (
            "cart = []\nfor item, amount in [('pen', 2)]:\n    cart.append(item)\n"
            "for item, amount in cart:\n    print(item)\n"
        ),
        3,
    ),
    ("entry-taken-whole", "km = 0\nfor way in [('a', 3)]:\n    km += way\n", 2),
    (
        "entry-taken-whole",
        (
            "class Cup:\n    def __init__(self):\n        self.size = 3\n\ncups = {'a': Cup()}\nfor cup in cups:\n"
            "    print(cup.size)\n"
        ),
        6,
    ),
    (
        "value-in-place-of-object",
        (
            "class Knot:\n    def __init__(self, value):\n        self.value = value\n\nclass Row:\n"
            "    def put(self, value):\n        self.first = value\n\n    def top(self):\n"
            "        return self.first.value\n\nrow = Row()\nrow.put(3)\nrow.top()\n"
        ),
        7,
    ),
    (
        "value-handed-for-object",
        (
            "class Purse:\n    coins = 1\n\n    def take(self, n):\n        self.coins += n\n\n"
            "    def give(self, other):\n        other.take(1)\n\nPurse().give('Tom')\n"
        ),
        10,
    ),
    (
        "class-under-a-name",
        "class Cup:\n    def __init__(self):\n        self.size = 3\n\ncup = Cup\nprint(cup.size)\n",
        5,
    ),
    (
        "parent-not-set-up",
        (
            "class Pet:\n    def __init__(self):\n        self.name = 'Rex'\n\nclass Cat(Pet):\n"
            "    def __init__(self, lives):\n        self.lives = lives\n\nprint(Cat(9).name)\n"
        ),
        6,
    ),
    (
        "parts-still-texts",
        "def load(row):\n    day, rain = row.split(';')\n    return day, rain\n\n_, x = load('a;1')\nprint(x - 1)\n",
        3,
    ),
    ("parts-still-texts", "row = '1 2'\nxs = [x for x in row.split()]\nprint(sum(xs))\n", 2),
    ("parts-still-texts", "def load(row):\n    xs = row.split()\n    return xs\n\nprint(sum(load('1 2')))\n", 2),
    (
        "began-as-none",
        (
            "class Jar:\n    def __init__(self):\n        self.n = None\n        self.fill()\n\n"
            "    def fill(self):\n        self.n += 1\n\nJar()\n"
        ),
        3,
    ),
    ("compared-not-stored", "if 2 > 1:\n    try:\n        n == 3\n    except NameError:\n        pass\nprint(n)\n", 3),
    ("none-handed-on", "def twice(x):\n    y = x * 2\n\nprint(round(twice(3)))\n", 2),
    ("divisor-starts-at-zero", "n = 6\nd = 0\nwhile n > 1:\n    if n % d == 0:\n        n //= d\n    d += 1\n", 2),
    ("function-not-called", "def load():\n    return {'a': 1}\n\ntable = load\nprint(table['a'])\n", 4),
    (
        "entry-began-otherwise",
        "found = {}\nfor team in 'aab':\n    found[team] = 'x'\n    found[team].append('y')\n",
        3,
    ),
    ("letters-for-lines", "text = 'a:1'\nfor line in text:\n    name, mark = line.split(':')\n", 2),
    (
        "recursion-misses-end",
        "def power(n):\n    if n == 0:\n        return 1\n    return 2 * power(n / 2)\n\npower(3)\n",
        4,
    ),
    (
        "none-in-operation",
        "def mark(n):\n    if n > 3:\n        return 'a'\n    else:\n        print('b')\n\nprint('x' + mark(2))\n",
        5,
    ),
    ("list-became-key", "seen = set()\nplace = [1, 2]\nseen.add(place)\n", 2),
    ("length-let-in", "xs = [1]\nfor k in (0, 1):\n    if 0 <= k <= len(xs):\n        print(xs[k])\n", 3),
    ("middle-too-far", "xs = [1, 2, 3]\nlow, high = 2, 2\nmid = low + high // 2\nprint(xs[mid])\n", 3),
    ("neighbour-on-other-side", "xs = [1, 2]\nfor k in range(1, len(xs)):\n    print(xs[k] - xs[k + 1])\n", 3),
    ("positions-wanted", "xs = [4, 5]\nfor k in xs:\n    print(xs[k] - xs[k - 1])\n", 2),
    (
        "attribute-never-set",
        (
            "class Jar:\n    def __init__(self):\n        self.size = 3\n\n    def fill(self):\n"
            "        self.level = self.level + 1\n\nJar().fill()\n"
        ),
        3,
    ),
    ("began-as-another-kind", "seen = {}\nfor x in 'ab':\n    seen.add(x)\n", 1),
    ("began-without-keys", "counts = []\nfor w in ['a']:\n    counts[w] = 1\n", 1),
    ("sum-began-as-another-kind", "out = 0\nfor c in 'ab':\n    out += '!'\n", 1),
    ("result-without-positions", "row = map(int, ['1'])\nprint(row[0])\n", 1),
    ("division-for-position", "row = [4, 5]\nhalf = len(row) / 2\nprint(row[half])\n", 2),
    ("division-for-position", "row = [4, 5]\nhalf = len(row) / 2\nprint(row[:half])\n", 2),
    ("colon-for-equals", "width : 12\nprint(width)\n", 1),
    ("own-value-hides-builtin", "def top(a, b):\n    max = max(a, b)\n    return max\n\ntop(1, 2)\n", 2),
    ("answer-not-kept", "def load():\n    rows = [1]\n    return rows\n\nload()\nprint(rows)\n", 5),
    ("class-in-place-of-object", "class Pile:\n    def put(self, x):\n        pass\n\npile = Pile\npile.put(3)\n", 5),
    ("self-outside-class", "def half(self, n):\n    return n / 2\n\nhalf(4)\n", 1),
    ("collection-for-number", "n = int('1 2'.split())\n", 1),
    (
        "super-not-called",
        "class A:\n    pass\n\nclass B(A):\n    def __init__(self):\n        super.__init__()\n\nB()\n",
        6,
    ),
    ("text-form-without-text", "class A:\n    def __str__(self):\n        print('a')\n\nprint(str(A()))\n", 3),
    ("not-in-class", "class A:\n    limit = 3\n\nprint(A.limt)\n", 4),
    ("function-wanted", "from collections import defaultdict\n\nd = defaultdict(0)\n", 3),
    ("none-as-argument", "import heapq\n\nheap = [3]\nheap = heapq.heapify(heap)\nheapq.heappush(heap, 2)\n", 4),
    ("too-many-arguments", "def f(a):\n    return a\n\nf(1)\nf(1, 2)\n", 5),
    ("name-not-imported", "from math import pi\nprint(math.e * pi)\n", 1),
    (
        "recursion-same-argument",
        "def gcd(a, b):\n    if b == 0:\n        return a\n    return gcd(b, a)\n\ngcd(3, 2)\n",
        4,
    ),
    ("outer-variable-changed-in-function", "score = 0\n\ndef goal():\n    score = score + 1\n\ngoal()\n", 4),
    (
        "value-only-on-some-paths",
        "def pick(items):\n    for item in items:\n        best = item\n    return best\n\npick([])\n",
        4,
    ),
    ("used-before-first-value", "def f():\n    print(level)\n    level = 2\n\nf()\n", 2),
    ("print-result-used", "who = 'Kim'\nprint('hello %s') % who\n", 2),
    ("caret-for-power", "r = 2.5\narea = 3.14 * r ^ 2\n", 2),
    ("text-plus-other", "age = 30\nprint('age: ' + age)\n", 2),
    ("text-plus-other", "n = 5\nprint(n + ' apples')\n", 2),
    ("item-onto-list", "bag = ['key']\nbag = bag + 'pen'[0:0].count('x')\n", 2),
    ("none-in-operation", "def double(v):\n    v * 2\n\nprint(double(3) + 1)\n", 2),
    ("result-of-method-in-place", "xs = [3]\nys = xs.sort()\nprint(ys + [1])\n", 2),
    ("function-in-operation", "name = 'Bo'\nprint(name.upper + '!')\n", 2),
    ("list-times-number", "prices = [2, 3]\nprint(prices * 1.5)\n", 2),
    ("text-in-calculation", "label = 'seven'\nprint(label - 1)\n", 2),
    ("compared-kinds", "pages = '250'\nprint(pages < 300)\n", 2),
    ("product-without-sign", "n = 4\nprint(n(n + 1))\n", 2),
    ("builtin-hidden", "sum = 3\nnumbers = [1, 2]\nprint(sum(numbers))\n", 1),
    ("round-brackets-for-index", "seats = ['A', 'B']\nprint(seats(1))\n", 2),
    ("comma-missing-between-items", "points = [(1, 2) (3, 4)]\n", 1),
    ("module-called", "import random\nprint(random())\n", 2),
    ("not-callable", "state = {'go': 'on'}\nprint(state['go']())\n", 2),
    ("method-without-self", "class Dog:\n    def bark():\n        print('wau')\n\nDog().bark()\n", 2),
    ("too-many-arguments", "def area(w):\n    return w * w\n\nprint(area(2, 3))\n", 1),
    ("method-called-on-class", "class Cat:\n    def purr(self):\n        print('rr')\n\nCat.purr()\n", 5),
    ("too-few-arguments", "def area(w, h):\n    return w * h\n\nprint(area(2))\n", 4),
    (
        "too-few-arguments",
        "def find(s, at):\n    if at == len(s):\n        return 0\n    return find(s, at + 1)\n\nprint(find('ab'))\n",
        1,
    ),
    (
        "class-takes-no-values",
        "class Pen:\n    def _init_(self, colour):\n        self.colour = colour\n\nPen('red')\n",
        2,
    ),
    ("unknown-keyword", "def tea(sugar):\n    return sugar\n\ntea(suger=2)\n", 4),
    ("unknown-keyword", "print(sorted([2, 1], reversed=True))\n", 1),
    ("square-brackets-for-call", "print(len['abc'])\n", 1),
    ("function-not-called", "words = 'a b'.split\nprint(len(words))\n", 1),
    ("builtin-arguments", "print(len(1, 2))\n", 1),
    ("none-gone-through", "def pair():\n    a = [1, 2]\n\nfor x in pair():\n    print(x)\n", 2),
    (
        "result-of-method-in-place",
        "seen = []\nfor k in 'ab':\n    if k not in seen:\n        seen = seen.append(k)\n",
        4,
    ),
    ("loop-over-number", "for k in len('abc'):\n    print(k)\n", 1),
    ("loop-over-other", "class Box:\n    pass\n\nfor thing in Box():\n    print(thing)\n", 4),
    ("range-of-collection", "names = ['a', 'b']\nfor k in range(names):\n    print(k)\n", 2),
    ("range-of-collection", "for k in range(7 / 2):\n    print(k)\n", 1),
    ("whole-number-needed", "print(chr(65.0))\n", 1),
    ("unpacking-count", "a, b = [1, 2, 3]\n", 1),
    ("unpacking-count", "first, second = 7\n", 1),
    ("changed-while-looping", "stock = {'a': 0}\nfor name in stock:\n    stock[name + '!'] = 1\n", 2),
    ("join-of-numbers", "scores = [1, 2]\nprint('-'.join(scores))\n", 2),
    ("nothing-to-search-in", "limit = 10\nprint(3 in limit)\n", 2),
    ("no-length", "year = 1999\nprint(len(year))\n", 2),
    ("key-can-change", "d = {}\nd[[1, 2]] = 'x'\n", 2),
    ("nothing-left", "it = iter([])\nnext(it)\n", 2),
    ("item-used-as-position", "nums = [5, 6]\nfor n in nums:\n    print(nums[n])\n", 3),
    ("loop-past-the-end", "xs = [1, 2]\nfor k in range(len(xs) + 1):\n    print(xs[k])\n", 2),
    ("loop-past-the-end", "xs = [1, 2]\nk = 0\nwhile k <= len(xs):\n    print(xs[k])\n    k += 1\n", 3),
    ("neighbour-past-the-end", "xs = [1, 2]\nfor k in range(len(xs)):\n    print(xs[k] - xs[k + 1])\n", 2),
    ("loop-asks-before-checking", "s = 'abc'\nk = 0\nwhile s[k] != 'z':\n    k += 1\n", 3),
    ("empty-collection", "def first(xs):\n    return xs[0]\n\nfirst([])\n", 2),
    ("assigned-past-end", "xs = []\nxs[0] = 1\n", 2),
    ("taken-from-empty", "xs = []\nxs.pop()\n", 2),
    ("position-out-of-range", "xs = [1]\nk = 5\nprint(xs[k])\n", 3),
    ("text-key-on-list", "pets = [{'kind': 'cat'}]\nprint(pets['kind'])\n", 2),
    ("index-of-wrong-kind", "xs = [1, 2, 3]\nprint(xs[len(xs) / 2])\n", 2),
    ("none-looked-into", "def load():\n    rows = [1]\n\nprint(load()[0])\n", 2),
    ("fixed-value-changed", "word = 'cat'\nword[0] = 'b'\n", 2),
    ("no-items", "code = 42\nprint(code[0])\n", 2),
    ("counting-new-key", "tally = {}\nfor c in 'ab':\n    tally[c] += 1\n", 3),
    ("key-not-found", "ages = {'Ann': 3}\nprint(ages['ann'])\n", 2),
    ("result-of-method-in-place", "xs = [2, 1]\nxs = xs.sort()\nxs.append(3)\n", 2),
    ("attribute-misspelt", "xs = []\nxs.apend(1)\n", 2),
    ("method-of-another-kind", "xs = ['a b']\nprint(xs.split())\n", 2),
    (
        "attribute-never-set",
        "class Cup:\n    def fill(self):\n        level = 3\n\nc = Cup()\nc.fill()\nprint(c.level)\n",
        3,
    ),
    ("not-in-module", "import math\nprint(math.squareroot(4))\n", 2),
    ("text-is-no-number", "print(int('3.5'))\n", 1),
    ("test-of-text-not-called", "for mark in 'a1':\n    if mark.isdigit:\n        print(int(mark))\n", 2),
    ("math-domain", "import math\nx = -4\nprint(math.sqrt(x))\n", 3),
    ("not-in-collection", "xs = [1]\nxs.remove(2)\n", 2),
    ("nothing-to-choose-from", "xs = []\nprint(max(xs))\n", 2),
    ("loop-starts-at-zero", "for d in range(3):\n    print(12 % d)\n", 1),
    ("division-by-zero", "laps = []\nprint(10 / len(laps))\n", 2),
    ("date-of-another-form", "from datetime import datetime\ndatetime.strptime('2020-01-02', '%d.%m.%Y')\n", 2),
    ("number-too-big", "import math\nprint(math.exp(1000))\n", 2),
    ("file-already-closed", "import io\nf = io.StringIO('a')\nf.close()\nf.read()\n", 4),
    ("value-not-accepted", "print(int('7', 99))\n", 1),
    (
        "recursion-same-argument",
        "def total(n):\n    if n == 0:\n        return 0\n    return n + total(n)\n\ntotal(3)\n",
        4,
    ),
    ("recursion-without-end", "def total(n):\n    return n + total(n - 1)\n\ntotal(3)\n", 2),
    (
        "recursion-misses-end",
        "def steps(n):\n    if n == 0:\n        return 0\n    return 1 + steps(n - 2)\n\nsteps(3)\n",
        2,
    ),
    ("raised-on-purpose", "def pay(sum_):\n    if sum_ < 0:\n        raise ValueError('below zero')\n\npay(-1)\n", 3),
    ("raise-of-no-exception", "raise 'too late'\n", 1),
    ("file-not-there", "open('no-such-file.txt')\n", 1),
    ("module-not-found", "import nosuchmodule\n", 1),
    ("name-not-in-module", "from math import squareroot\n", 1),
    ("no-more-input", "raise_eof = input\nraise_eof()\n", 2),
    ("text-in-another-encoding", "print(b'\\xff'.decode('utf-8'))\n", 1),
    ("not-json", "import json\njson.loads('{a}')\n", 2),
    ("claim-not-true", "total = 3\nassert total > 5\n", 2),
    ("attribute-of-none", "def load():\n    rows = [1]\n\nload().sort()\n", 2),
    (
        "name-without-self",
        "class Cup:\n    size = 3\n\n    def show(self):\n        print(size)\n\nCup().show()\n",
        5,
    ),
    ("items-of-dictionary", "ages = {'Ann': 3}\nfor name, age in ages:\n    print(name)\n", 2),
    ("pairs-wanted", "d = {}\nd.update([1, 2])\n", 2),
    ("list-in-calculation", "xs = [1, 2]\nprint(xs / 2)\n", 2),
    ("counted-from-one", "xs = [1, 2, 3]\nprint(xs[3])\n", 2),
    ("not-a-package", "import os.opened\n", 1),
    ("comma-missing-between-lists", "table = [[1, 2] [3, 4]]\n", 1),
    ("not-offered-by-object", "import io\nio.StringIO('a').colour\n", 2),
    ("places-and-values", "print('{} {}'.format(1))\n", 1),
    ("places-and-values", "print('%d %d' % 3)\n", 1),
    ("form-of-another-kind", "weight = '4'\nprint(f'{weight:.2f}')\n", 2),
    ("form-of-another-kind", "print('%d' % 'a')\n", 1),
    ("bytes-and-text", "raw = b'a'\nprint(raw + 'b')\n", 2),
    ("one-character-needed", "print(ord('ab'))\n", 1),
    ("value-only-on-some-paths", "x = 1\nif x > 5:\n    label = 'big'\nprint(label)\n", 4),
    ("name-misspelt", "def area(n):\n    return N * 2\n\narea(3)\n", 2),
    (
        "name-never-defined",
        "def keep(xs):\n    kept = []\n    if 3 not in newlist:\n        kept.append(3)\n\nkeep([1])\n",
        3,
    ),
    ("other", "import threading\nthreading.Lock().release()\n", 2),
]

# Exceptions that a test cannot raise for real here: another program's lock, a stop by hand, a hidden module.
QUOTED = [
    ("file-not-allowed", "f = open('diary.txt')\n", 1, "PermissionError: [Errno 13] Permission denied: 'diary.txt'"),
    ("file-opened-the-other-way", "f = open('a.txt')\nf.write('x')\n", 2, "io.UnsupportedOperation: not writable"),
    ("stopped-in-a-loop", "n = 3\nwhile n > 0:\n    print(n)\n", 2, "KeyboardInterrupt"),
    (
        "file-named-like-module",
        "import random\nrandom.randint(1, 6)\n",
        2,
        (
            "AttributeError: partially initialized module 'random' has no attribute 'randint' (most "
            "likely due to a circular import)"
        ),
    ),
]


def crash(code: str) -> str:
    """Run a program and give its traceback, as Python prints it."""
    linecache.cache["student.py"] = (len(code), None, code.splitlines(keepends=True), "student.py")
    names: dict[str, Any] = {"__name__": "__main__", "input": _no_input}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(code, "student.py", "exec"), names)  # noqa: S102 - our own fixture, to get its real traceback
    except Exception as error:  # noqa: BLE001 - whatever the fixture raises is the point
        error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
        return "".join(traceback.format_exception(error))
    raise AssertionError("the program was meant to stop")


def _no_input(prompt: str = "") -> str:
    raise EOFError("EOF when reading a line")


def ask(code: str, text: str, line: int = 0) -> Submission:
    """Ask about a program and its traceback."""
    return Submission(code=code, cursor=Position(line, 0), traceback=text)


@pytest.mark.parametrize(("rule", "code", "line"), CASES)
def test_rule_and_line_are_named(rule: str, code: str, line: int) -> None:
    """Each exception finds its own rule and the line where its cause is."""
    finding = diagnose(ask(code, crash(code)))
    assert finding.rule.partition(".")[2] == rule
    assert finding.lines == (line,)
    assert finding.error_type == "runtime"


@pytest.mark.parametrize(("rule", "code", "line", "message"), QUOTED)
def test_rule_of_a_quoted_traceback(rule: str, code: str, line: int, message: str) -> None:
    """A traceback in CPython's form is enough; nothing is run."""
    source = code.splitlines()[line - 1]
    text = (
        f'Traceback (most recent call last):\n  File "a.py", line {line}, in <module>\n'
        f"    {source.strip()}\n{message}\n"
    )
    finding = diagnose(ask(code, text))
    assert (finding.rule, finding.lines) == (f"runtime.{rule}", (line,))


def test_every_rule_has_a_case() -> None:
    """No rule is in the catalogue without a program that shows it; numpy's have tests of their own."""
    names = {rule.name.partition(".")[2] for rule in RULES if not rule.name.startswith("numerical.")}
    names |= {"list-times-number", "math-domain"}
    shown = {case[0] for case in CASES} | {case[0] for case in QUOTED}
    assert names - shown - {"number-from-input"} == set()


def test_number_from_input_points_at_the_place_where_it_comes_in() -> None:
    """A text from `input` that is used as a number is mended where it is read, not where it fails."""
    code = "age = input('age? ')\nlater = age + 10\n"
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n'
        "    later = age + 10\n            ~~~~^~~~\n"
        'TypeError: can only concatenate str (not "int") to str\n'
    )
    finding = diagnose(ask(code, text))
    assert (finding.rule, finding.lines) == ("runtime.number-from-input", (1,))
    assert finding.edit is not None
    assert finding.edit.apply(code) == "age = int(input('age? '))\nlater = age + 10\n"


def test_marked_part_is_the_expression() -> None:
    """The part under `~~~^^^` is what the finding is about."""
    code = "xs = [1]\nk = 3\nprint(abs(-1), xs[k])\n"
    assert diagnose(ask(code, crash(code))).expression == "xs[k]"


def test_exceptions_of_the_students_own_making_are_read() -> None:
    """An exception class may have any name."""
    code = "class TooHot(Exception):\n    pass\n\ndegrees = 50\nif degrees > 40:\n    raise TooHot('open a window')\n"
    finding = diagnose(ask(code, crash(code)))
    assert (finding.rule, finding.lines) == ("runtime.raised-on-purpose", (6,))


def test_failing_assertion_about_a_call_is_a_wrong_result() -> None:
    """An `assert` that compares a call with a value is a test: the function is at fault, not the line."""
    code = "def twice(n):\n    return n + 1\n\nassert twice(3) == 6\n"
    finding = diagnose(ask(code, crash(code)))
    assert (finding.error_type, finding.lines) == ("logic", (2,))


def test_last_frame_of_the_student_wins() -> None:
    """Frames of the library below the student's own are passed over."""
    code = "import json\nimport statistics\nprint(statistics.mean([]))\n"
    finding = diagnose(ask(code, crash(code)))
    assert (finding.rule, finding.lines) == ("runtime.nothing-to-choose-from", (3,))


def test_moved_line_is_found_by_its_text() -> None:
    """A traceback from before two lines were put in above still finds its line."""
    code = "x = 1\ny = 0\nprint(x / y)\n"
    finding = diagnose(ask("# new\n# lines\n" + code, crash(code)))
    assert finding.lines == (5,)


def test_notebook_traceback_is_read() -> None:
    """IPython's form, with its arrow and its cell numbers."""
    code = "wheels = 4\nprint(weels)\n"
    text = (
        "---------------------------------------------------------------------------\n"
        "NameError                                 Traceback (most recent call last)\n"
        "Cell In[3], line 2\n      1 wheels = 4\n----> 2 print(weels)\n\n"
        "NameError: name 'weels' is not defined\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), kind="cell", traceback=text))
    assert (finding.rule, finding.lines) == ("runtime.name-misspelt", (2,))


def test_names_of_earlier_cells_are_known() -> None:
    """A name that an earlier cell binds is a candidate for a misspelt one."""
    text = (
        'Traceback (most recent call last):\n  File "c", line 1, in <module>\n'
        "    print(temprature)\nNameError: name 'temprature' is not defined\n"
    )
    submission = Submission(
        code="print(temprature)\n",
        cursor=Position(0, 0),
        kind="cell",
        traceback=text,
        cells=(Cell(source="temperature = 3"),),
    )
    finding = diagnose(submission)
    assert (finding.rule, dict(finding.facts)["meant"]) == ("runtime.name-misspelt", "temperature")


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ('"totl" is not defined', "runtime.name-misspelt"),
        ("Undefined name `totl`", "runtime.name-misspelt"),
        ("undefined name 'totl'", "runtime.name-misspelt"),
    ],
)
def test_checkers_words_find_the_same_rule(message: str, rule: str) -> None:
    """Pyright, ruff and pyflakes say it in their own words."""
    diagnostic = Diagnostic(line=1, character=6, end_line=1, end_character=10, message=message)
    finding = diagnose(Submission(code="total = 3\nprint(totl)\n", cursor=Position(1, 0), diagnostics=(diagnostic,)))
    assert (finding.rule, finding.lines) == (rule, (2,))


def test_warning_about_a_type_finds_its_rule() -> None:
    """A checker's warning about an operator leads to the lesson about that operator."""
    diagnostic = Diagnostic(
        line=1,
        character=6,
        end_line=1,
        end_character=11,
        message='Operator "+" not supported for types "str" and "int"',
    )
    finding = diagnose(Submission(code="x = 'a'\nprint(x + 1)\n", cursor=Position(1, 0), diagnostics=(diagnostic,)))
    assert (finding.rule, finding.expression) == ("runtime.text-plus-other", "x + 1")


def test_style_hints_are_no_findings() -> None:
    """What a checker reports as a hint is not explained as an error."""
    diagnostic = Diagnostic(line=0, character=0, end_line=0, end_character=1, message='"x" is not defined', severity=4)
    finding = diagnose(Submission(code="x = 3\n", cursor=Position(0, 0), diagnostics=(diagnostic,)))
    assert finding.rule == "logic.trace-by-hand"


@pytest.mark.parametrize(
    ("code", "mended"),
    [
        ("n = 4\nn += '2'\n", None),
        ("n = 4\nbit = '2'\nn = n * 2 + bit\n", "n = 4\nbit = '2'\nn = n * 2 + int(bit)\n"),
        ("n = 4\nprint(n + ' km')\n", "n = 4\nprint(str(n) + ' km')\n"),
    ],
)
def test_edit_around_a_plus_sign_leaves_a_program(code: str, mended: str | None) -> None:
    """A sum stays a sum and a text a text; a name that is changed in place is never wrapped."""
    edit = diagnose(ask(code, crash(code))).edit
    assert (edit and edit.apply(code)) == mended


@pytest.mark.parametrize(
    ("line", "use", "message", "mended"),
    [
        ("n = input()", "print(n % 2)", "not all arguments converted during string formatting", "n = int(input())"),
        ("n = input()", "r = range(n)", "'str' object cannot be interpreted as an integer", "n = int(input())"),
        (
            "a, b = input().split()",
            "print(a - b)",
            "unsupported operand type(s) for -: 'str' and 'str'",
            "a, b = map(int, input().split())",
        ),
        (
            "ns = input().split()",
            "t = 1 + ns[0]",
            "unsupported operand type(s) for +: 'int' and 'str'",
            "ns = list(map(int, input().split()))",
        ),
    ],
)
def test_text_from_input_is_mended_where_it_comes_in(line: str, use: str, message: str, mended: str) -> None:
    """One text or several: the line that reads them is the place, whatever the later line does with them."""
    text = f'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n    {use}\nTypeError: {message}\n'
    finding = diagnose(ask(f"{line}\n{use}\n", text))
    assert (finding.rule, finding.lines) == ("runtime.number-from-input", (1,))
    assert finding.edit is not None
    assert finding.edit.after == mended


@pytest.mark.parametrize(
    "key", ["(0, 0)", "(1,)", "('a', 2)", "((0, 0), (1, 1))", "(-1, None)", "((0, 1), 'up')", "()", "-1"]
)
@pytest.mark.parametrize(
    "line", ["steps[cell] = steps[here] + 1", "return steps[here]", "total += steps[here]", "steps.pop(here)"]
)
def test_key_that_is_a_tuple_is_no_call_to_the_guard(line: str, key: str) -> None:
    """Next to the name of its dictionary, a key in round brackets would read as a call that nobody wrote."""
    code = f"def walk(steps, here, cell, total):\n    {line}\n\nwalk({{}}, {key}, 1, 0)\n"
    crash = (
        'Traceback (most recent call last):\n  File "s.py", line 4, in <module>\n'
        f'  File "s.py", line 2, in walk\n    {line}\nKeyError: {key}\n'
    )
    asked = Submission(code=code, cursor=Position(0, 0), traceback=crash)
    for level in (level for level in HintLevel if level < HintLevel.SOLUTION):
        guard = Guard(level, asked)
        guard.feed(explain(asked, level, StudentLevels()).text)
        guard.finish()
        assert guard.verdict is None
