"""Asks that are answered with values of the program's own run, with its own names, or in the words of its language."""

from __future__ import annotations

from testing.purpose_asks import PurposeAsk

_DUPLICATES = (
    "def repeats(tags):\n    for i in range(len(tags)):\n        for j in range(i + 1, len(tags)):\n"
    "            if tags[i] == tags[j]:\n                return True\n    return False\n"
)
_SHARED = (
    "def shared(left, right):\n    both = []\n    for x in left:\n        for y in right:\n"
    "            if x == y and x not in both:\n                both.append(x)\n    return both\n"
)
_LEAST = (
    "def lowest_two(bids):\n    least = min(bids)\n    bids.remove(least)\n    return least, min(bids)\n\n"
    "offers = [40, 25, 60]\nprint(lowest_two(offers))\n"
)
VALUE_ASKS = (
    PurposeAsk(
        "explain",
        (
            "cities = ['Rom', 'Oslo']\ntemps = [31, 12]\nfor k, (c, t) in enumerate(zip(cities, temps)):\n"
            "    print(k, c, t)\n"
        ),
        "what does this for line do?",
        ("`k` is `0`, `c` is `'Rom'` and `t` is `31`", "There are 2 rounds"),
        2,
    ),
    PurposeAsk(
        "explain",
        "boats = ['Swan', 'Io', 'Lark']\nboats.sort(key=lambda b: len(b))\nprint(boats)\n",
        "I don't get the lambda",
        ("For `'Swan'` the key is `4`", "So `boats` becomes `['Io', 'Swan', 'Lark']`"),
        1,
    ),
    PurposeAsk(
        "explain",
        "def digits(n):\n    if n < 10:\n        return 1\n    return 1 + digits(n // 10)\n\nprint(digits(507))\n",
        "¿Cómo puede una función llamarse a sí misma?",
        ("base case", "`digits(507)`, `digits(50)`, `digits(5)`", "Cada llamada tiene sus propias variables"),
        3,
    ),
    PurposeAsk(
        "explain",
        "ages = [9, 30, 12]\nold = [a for a in ages if a > 10]\nprint(old)\n",
        "Was bedeutet diese Zeile?",
        ("it keeps `30` and `12`", "old.append(a)", "`[30, 12]`"),
        1,
    ),
    PurposeAsk(
        "explain",
        "p = 3.14159\nprint(f'{p:8.2f}|')\n",
        "que veut dire :8.2f ?",
        ("at least 8 characters wide", "2 digits after the decimal point", "'    3.14|'"),
        1,
    ),
    PurposeAsk(
        "explain",
        "while True:\n    w = input('? ')\n    if w == 'end':\n        break\n    print(w)\n",
        "while True 不是死循环吗",
        ("the `break` on line 4 leaves it", "`break` 会立刻离开循环"),
        0,
    ),
    PurposeAsk(
        "explain",
        "def area(w, h):\n    print(w * h)\n\nx = area(2, 5)\n",
        "Qual é a diferença entre print e return?",
        ("its value is `None`", "`return` devolve-o"),
        1,
    ),
    PurposeAsk(
        "explain",
        "try:\n    k = int('seven')\nexcept ValueError:\n    k = 7\nprint(k)\n",
        "what does try do?",
        ("raises `ValueError`", "run 1 time"),
        0,
    ),
    PurposeAsk("improve", _DUPLICATES, "takes forever, faster?", ("`tags[i] == tags[j]`", "a set of the items"), 2),
    PurposeAsk("improve", _SHARED, "¿Se puede optimizar?", ("all of `right` for each item of `left`",), 3),
    PurposeAsk(
        "improve",
        "cost = 0\nfor c in [4, 5]:\n    if c > 4:\n        cost += c * 2\nprint(cost)\n",
        "Geht das kürzer?",
        ("cost = sum(c * 2 for c in [4, 5] if c > 4)",),
        1,
    ),
    PurposeAsk(
        "improve",
        "def any_long(ws):\n    for w in ws:\n        if len(w) > 9:\n            return True\n    return False\n",
        "can I write this shorter?",
        ("return any(len(w) > 9 for w in ws)",),
        1,
    ),
    PurposeAsk(
        "check",
        "def count_even(row):\n    n = 0\n    for x in row:\n        if x % 2 == 0:\n            n += 1\n    return n\n"
        "\nprint(count_even([2, 3]))\n",
        "is this right?",
        ("Yes, as far as I have checked: `count_even(", "fits the name of the function"),
        0,
    ),
    PurposeAsk("check", _LEAST, "Is my function correct?", ("changes the list of the caller", "`[40, 60]`"), 0),
    PurposeAsk(
        "start",
        "# Write second_lowest(bids): the second lowest number of a list.\n# second_lowest([5, 1, 3]) -> 3\n\n"
        "def second_lowest(bids):\n    pass\n",
        "how do I start?",
        ("`second_lowest([5, 1, 3])` comes to `3`", "best, second = ..."),
        4,
    ),
    PurposeAsk("start", "", "我想写一个猜数字的游戏 怎么开始", ("secret = random.randint(...)", "一步一步的计划"), 0),
    PurposeAsk(
        "start",
        "stock = {'nuts': 4, 'figs': 2}\nfor thing in stock:\n    print(thing)\n",
        "Wie bekomme ich auch die Menge zu jedem dazu?",
        ("for thing, value in stock.items():", "Hier ist ein Plan"),
        1,
    ),
    PurposeAsk(
        "other_language",
        "let sum = 0;\nfor (let i = 2; i <= 8; i += 2) {\n  sum += i;\n}\nconsole.log('sum ' + sum);\n",
        "why does python not run this",
        ("Python stops at line 1", "for i in range(2, 9, 2):", 'print(f"sum {sum}")'),
        0,
    ),
)
