"""Asks with a purpose other than finding a mistake, and asks about mistakes that look similar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from tutor_protocol import Purpose


@dataclass(frozen=True, slots=True)
class PurposeAsk:
    """An ask, its purpose, and the pieces of text that its five hints must contain together.

    `line` is the line of the cursor, from 0.
    """

    purpose: Purpose
    code: str
    question: str | None = None
    facts: tuple[str, ...] = ()
    line: int = 0
    language: str = "python"
    traceback: str | None = None

    def submission(self) -> Submission:
        """Return the ask as a submission."""
        return Submission(
            code=self.code,
            cursor=Position(self.line, 0),
            question=self.question,
            language=self.language,
            traceback=self.traceback,
        )


ODDS = (
    "def odds(n):\n    total = 0\n    for i in range(1, n, 2):\n        total += i\n    return total\n\n"
    "print(odds(10))\n"
)
SHOP = (
    "prices = {'tea': 3, 'jam': 5}\nbasket = ['tea', 'jam', 'tea']\ntotal = 0\nfor item in basket:\n"
    "    total = total + prices[item]\nprint(f'Total: {total:.2f}')\n"
)
WORDS = "words = ['sun', 'moon', 'star']\nlong = [w.upper() for w in words if len(w) > 3]\nprint(long[::-1])\n"
GRADE = (
    "def grade(score):\n    if score >= 90:\n        return 'A'\n    elif score >= 80:\n        return 'B'\n    "
    "return 'C'\n"
)
BANK = (
    "class Account:\n    def __init__(self, owner):\n        self.owner = owner\n        self.balance = 0\n\n"
    "    def pay_in(self, amount):\n        self.balance += amount\n\n\nmine = Account('Ida')\nmine.pay_in(20)\n"
    "print(mine.balance)\n"
)
AGE = "age = int(input('Age: '))\nif age >= 18:\n    print('adult')\nelse:\n    print('child')\n"
MISSING_COLON = "for i in range(3)\n    print(i)\n"
NO_RESULT = "def total(xs):\n    s = 0\n    for x in xs:\n        s += x\n    print(s)\n\nprint(total([1, 2]) + 1)\n"

TEMP = (
    "temps = [12, 15, 9, 20]\nhottest = temps[0]\nfor t in temps[1:]:\n    if t > hottest:\n        hottest = t\n"
    "print('Hottest:', hottest)\n"
)
LOGIN = (
    "users = {'ann': 'x1', 'bo': 'y2'}\n\ndef login(name, password):\n    return name in users and users[name] "
    "== password\n\nprint(login('ann', 'x1'))\n"
)
TURTLE = "import turtle\n\npen = turtle.Turtle()\nfor side in range(4):\n    pen.forward(100)\n    pen.left(90)\n"
PRIME = (
    "def is_prime(n):\n    if n < 2:\n        return False\n    for d in range(2, int(n ** 0.5) + 1):\n        "
    "if n % d == 0:\n            return False\n    return True\n"
)
CSVR = (
    "import csv\nwith open('data.csv') as f:\n    rows = list(csv.reader(f))\nheader, *body = rows\nprint(len(body))\n"
)
GUESS = (
    "import random\nsecret = random.randint(1, 10)\nguess = 0\nwhile guess != secret:\n    guess = "
    "int(input('Guess: '))\n    if guess < secret:\n        print('too low')\n    elif guess > secret:\n        "
    "print('too high')\nprint('yes')\n"
)
DOG = (
    "class Dog:\n    def __init__(self, name):\n        self.name = name\n\n    def bark(self):\n        return "
    "f'{self.name} says woof'\n"
)
MERGE = (
    "def merge(a, b):\n    result = []\n    while a and b:\n        if a[0] < b[0]:\n            "
    "result.append(a.pop(0))\n        else:\n            result.append(b.pop(0))\n    return result + a + b\n"
)

ASKS: tuple[PurposeAsk, ...] = (
    # The purpose of the asks below is `explain`.
    PurposeAsk(
        "explain",
        ODDS,
        "what does range(1, n, 2) mean?",
        ("counts from `1` in steps of `2` and stops before `n`", "[1, 3, 5, 7, 9]"),
        2,
    ),
    PurposeAsk("explain", ODDS, "What does line 4 do?", ("adds `i` to the present value of `total`", "line 4"), 0),
    PurposeAsk("explain", ODDS, "what does odds return?", ("takes `n`", "It returns `total` on line 5"), 6),
    PurposeAsk("explain", ODDS, "can you explain this loop", ("each item of `range(1, n, 2)`",), 3),
    PurposeAsk("explain", ODDS, "Explain what this program does", ("`odds`", "run only when they are called"), 0),
    PurposeAsk(
        "explain",
        WORDS,
        "I don't understand the list comprehension",
        ("takes each `w` of `words`", "`len(w) > 3` is true"),
        0,
    ),
    PurposeAsk("explain", WORDS, "what does [::-1] do?", ("copy of `long` in reverse order",), 0),
    PurposeAsk(
        "explain",
        SHOP,
        "What does prices[item] mean",
        ("`prices[item]` is the value that `prices` has under the key `item`",),
        0,
    ),
    PurposeAsk("explain", SHOP, "what is the f in front of the string?", ("f-string",), 5),
    PurposeAsk("explain", BANK, "What is self?", ("the object", "`self`"), 2),
    PurposeAsk("explain", BANK, "what does __init__ do", ("`class`",), 1),
    PurposeAsk(
        "explain", BANK, "How does the class Account work?", ("`Account` describes a kind of object", "`pay_in`"), 0
    ),
    PurposeAsk(
        "explain", AGE, "what does int() do here?", ("turns the string that the user typed into a whole number",), 0
    ),
    PurposeAsk(
        "explain",
        "x = 17 % 5\nprint(x)\n",
        "what does % mean?",
        ("what is left over when `17` is divided by `5`", "`2`"),
        0,
    ),
    PurposeAsk("explain", "x = 17 // 5\nprint(x)\n", "What will line 1 give?", ("rounds the result down", "`3`"), 0),
    PurposeAsk(
        "explain", "", "What does the enumerate function do?", ("hands out each one together with its number",), 0
    ),
    PurposeAsk(
        "explain",
        "nums = [3, 1, 2]\nnums.sort()\nprint(nums)\n",
        "what is the difference between sort and sorted?",
        ("changes the list",),
        1,
    ),
    PurposeAsk("explain", "a, b = 1, 2\na, b = b, a\n", "Why does this work?", ("`a` and `b` change their values",), 1),
    PurposeAsk(
        "explain",
        "d = {}\nfor c in 'hello':\n    d[c] = d.get(c, 0) + 1\n",
        "explain line 3 please",
        ("returns the value under the key", "under the key `c`"),
        0,
    ),
    PurposeAsk(
        "explain",
        "while True:\n    line = input()\n    if line == '':\n        break\n",
        "why do we use break here?",
        ("leaves the innermost loop",),
        3,
    ),
    PurposeAsk(
        "explain",
        "ages = [3, 9]\nprint(max(ages) if ages else 0)\n",
        "¿Qué hace esta línea?",
        ("en inglés.", "`max(ages)`"),
        1,
    ),
    PurposeAsk(
        "explain",
        "squares = list(map(lambda x: x * x, [1, 2]))\n",
        "was macht lambda?",
        ("auf Englisch.", "takes `x` and returns `x * x`"),
        0,
    ),
    PurposeAsk("explain", ODDS, "que fait cette fonction ?", ("en anglais.", "`odds`"), 0),
    PurposeAsk("explain", ODDS, "o que faz esta linha?", ("em inglês.", "`total += i`"), 3),
    PurposeAsk("explain", ODDS, "这一行是什么意思", ("英文的。", "`total += i`"), 3),
    # The purpose of the asks below is `start`.
    PurposeAsk("start", "", None, ("beginning",), 0),
    PurposeAsk("start", "", "I have no idea where to start", ("beginning",), 0),
    PurposeAsk(
        "start", "# Write a program that counts the vowels in a word.\n", None, ("line 1", "counter at zero"), 0
    ),
    PurposeAsk(
        "start",
        'def average(numbers):\n    """Return the mean.\n\n    >>> average([1, 2, 3])\n    2.0\n    """\n    pass\n',
        "how do I start?",
        ("`average([1, 2, 3])` comes to `2.0`", "`numbers`", "def average(numbers):"),
        0,
    ),
    PurposeAsk("start", "def find_largest(values):\n    ...\n", None, ("best so far", "def find_largest(values):"), 0),
    PurposeAsk("start", "def is_palindrome(word):\n    raise NotImplementedError\n", "help", ("from both ends",), 0),
    PurposeAsk(
        "start",
        "def reverse_words(text):\n    # TODO\n    pass\n\nprint(reverse_words('a b'))\n",
        "what do I do first?",
        ("`text`", "reverse"),
        0,
    ),
    PurposeAsk("start", "import random\n# Guess the number: ask until the user finds it\n", None, ("at random",), 0),
    PurposeAsk(
        "start",
        "class Stack:\n    def push(self, item):\n        pass\n\n    def pop(self):\n        pass\n",
        None,
        ("`item`",),
        1,
    ),
    PurposeAsk(
        "start",
        "def read_scores(filename):\n    '''Read the file and return the lines as numbers.'''\n",
        "How should I begin?",
        ("`with` block", "with open(filename) as file"),
        0,
    ),
    PurposeAsk(
        "start",
        "def even_numbers(nums):\n    pass\n",
        "por dónde empiezo?",
        ("en inglés.", "remainder"),
        0,
    ),
    PurposeAsk("start", "def f(x):\n    # your code here\n", "How do I start this?", ("`def f(x):`",), 0),
    PurposeAsk("start", "numbers = [3, 8, 2]\n# TODO: print the sum of all numbers\n", None, ("total",), 0),
    # The purpose of the asks below is `check`.
    PurposeAsk("check", GRADE, "is this right?", ("I see no mistake", "grade(80)", "grade(90)"), 0),
    PurposeAsk("check", GRADE, None, ("that does not say there is none", "where it is exactly the `90`"), 0),
    PurposeAsk(
        "check",
        (
            "def longest(words):\n    best = ''\n    for w in words:\n        if len(w) > len(best):\n           "
            " best = w\n    return best\n"
        ),
        "Are there any bugs?",
        ("longest([])",),
        0,
    ),
    PurposeAsk("check", AGE, "does it work?", ("the number 18 as the input on line 1",), 0),
    PurposeAsk("check", "def area(w, h):\n    return w * h\n", "Can you check my code?", ("area(0, 6)",), 0),
    PurposeAsk("check", SHOP, "did I do it correctly", ("I see no mistake",), 0),
    PurposeAsk("check", "name = input('Name? ')\nprint('Hi ' + name)\n", None, ("an empty input on line 1",), 0),
    PurposeAsk("check", GRADE, "Ist das richtig so?", ("auf Englisch.", "grade(90)"), 0),
    PurposeAsk(
        "check",
        "def mean(values):\n    if not values:\n        return 0\n    return sum(values) / len(values)\n",
        "any feedback?",
        ("mean([])", "mean([5])"),
        0,
    ),
    # The purpose of the asks below is `improve`.
    PurposeAsk(
        "improve",
        (
            "def common(a, b):\n    out = []\n    for x in a:\n        if x in b and x not in out:\n            "
            "out.append(x)\n    return out\n"
        ),
        "make it faster",
        ("`x not in out`", "list `out`"),
        0,
    ),
    PurposeAsk(
        "improve",
        "def is_even(n):\n    if n % 2 == 0:\n        return True\n    else:\n        return False\n",
        "Is there a shorter way?",
        ("`True` and `False`", "the condition"),
        0,
    ),
    PurposeAsk(
        "improve",
        "names = ['a', 'b']\nfor i in range(len(names)):\n    print(names[i])\n",
        "how can I make this more pythonic?",
        ("`range(len(names))`",),
        0,
    ),
    PurposeAsk(
        "improve",
        "def join_all(parts):\n    s = ''\n    for p in parts:\n        s += p\n    return s\n",
        "why is my code so slow?",
        ("adds to a string",),
        0,
    ),
    PurposeAsk(
        "improve",
        "done = False\nwhile done == False:\n    done = input() == 'q'\n",
        "can I clean up this code?",
        ("`done == False`",),
        0,
    ),
    PurposeAsk(
        "improve",
        "print('Hi Ada')\nprint('Hi Bob')\nprint('Hi Cem')\n",
        "How do I make this less repetitive?",
        ("3 statements from line 1 on",),
        0,
    ),
    PurposeAsk(
        "improve",
        "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\n",
        "it takes forever, how can I speed it up?",
        ("calls itself twice",),
        0,
    ),
    PurposeAsk(
        "improve",
        "def area(width, height):\n    return width * height\n",
        "Can this be improved?",
        ("none of the slow and long forms",),
        0,
    ),
    PurposeAsk(
        "improve",
        "queue = [1, 2, 3]\nwhile queue:\n    job = queue.pop(0)\n    print(job)\n",
        "¿cómo lo hago más rápido?",
        ("front of a list", "en inglés."),
        0,
    ),
    # The code in the asks below is in another language.
    PurposeAsk(
        "other_language",
        (
            "public class Main {\n    public static void main(String[] args) {\n        "
            'System.out.println("Hi");\n    }\n}\n'
        ),
        "what is wrong?",
        ("Java", "line 2", 'print("Hi")'),
        0,
    ),
    PurposeAsk(
        "other_language",
        '#include <stdio.h>\nint main(void) {\n    printf("%d", 3);\n    return 0;\n}\n',
        None,
        ("looks like C ", "line 1"),
        0,
    ),
    PurposeAsk(
        "other_language",
        "function add(a, b) {\n  return a + b;\n}\nconsole.log(add(1, 2));\n",
        None,
        ("JavaScript", "`def`"),
        0,
    ),
    PurposeAsk(
        "other_language", "SELECT name, age FROM students WHERE age > 18;\n", "Why does this fail?", ("SQL",), 0
    ),
    PurposeAsk("other_language", "x <- c(1, 2, 3)\nfor (i in x) {\n  print(i)\n}\n", None, ("looks like R ",), 0),
    PurposeAsk("other_language", "#!/bin/bash\nfor f in *.txt; do\n  echo $f\ndone\n", None, ("shell script",), 0),
    PurposeAsk("other_language", "<!DOCTYPE html>\n<html>\n<body><p>Hi</p></body>\n</html>\n", None, ("HTML",), 0),
    PurposeAsk("other_language", "total = 3\n", None, ("Lua",), 0, "lua"),
    PurposeAsk(
        "other_language",
        'using System;\nclass P {\n  static void Main() {\n    Console.WriteLine("Hi");\n  }\n}\n',
        None,
        ("C#",),
        0,
    ),
    # The asks below are about mistakes, although they look like asks with another purpose.
    PurposeAsk("find", MISSING_COLON, "is this right?"),
    PurposeAsk("find", MISSING_COLON, None),
    PurposeAsk("find", NO_RESULT, None),
    PurposeAsk("find", ODDS, "I get 25 but expected 30"),
    PurposeAsk("find", ODDS, "why does it print 25?"),
    PurposeAsk("find", ODDS, "¿Por qué no funciona?"),
    PurposeAsk("find", ODDS, "Warum kommt das falsche Ergebnis?"),
    PurposeAsk("find", ODDS, "Pourquoi ça ne marche pas ?"),
    PurposeAsk("find", ODDS, "Por que não funciona?"),
    PurposeAsk("find", ODDS, "为什么结果不对"),
    PurposeAsk("find", "i = 0\nwhile i < 3:\n    print(i)\n    i++\n", None),
    PurposeAsk("find", "a = 3\nif a > 1 && a < 5:\n    print('yes')\n", "what does this mean?"),
    PurposeAsk("find", ODDS, "what does this error mean?"),
    PurposeAsk(
        "find",
        AGE,
        "explain",
        (),
        0,
        "python",
        (
            'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    age = int(input(\'Age: '
            "'))\nValueError: invalid literal for int() with base 10: 'x'\n"
        ),
    ),
    # The asks below were added after the rules for purposes had been written.
    PurposeAsk(
        "explain",
        TEMP,
        "Could somebody tell me what temps[1:] is?",
        ("the part of `temps` that begins at the index `1` and goes on to the end",),
        0,
    ),
    PurposeAsk(
        "explain", LOGIN, "what happens on line 4 if the name is unknown", ("stops at the first side that is false",), 0
    ),
    PurposeAsk("explain", TURTLE, "What's pen.left(90) for?", ("pen.left",), 0),
    PurposeAsk("explain", PRIME, "why do we only go up to int(n ** 0.5) + 1?", ("raises `n` to the power `0.5`",), 0),
    PurposeAsk("explain", CSVR, "header, *body = rows what is this star doing", ("`*body`",), 3),
    PurposeAsk("explain", CSVR, "please explain the with statement", ("closes it",), 0),
    PurposeAsk("explain", GUESS, "How many times does the while loop run?", ("`guess != secret`",), 0),
    PurposeAsk("explain", GUESS, "what's randint", ("both ends of the range can come up",), 0),
    PurposeAsk("explain", DOG, "I dont get the return line in bark", ("puts the value in braces into the string",), 5),
    PurposeAsk("explain", MERGE, "what does a.pop(0) do exactly", ("removes the item",), 0),
    PurposeAsk("explain", PRIME, "Was bedeutet n % d == 0?", ("`n % d`", "left over"), 0),
    PurposeAsk("explain", TEMP, "请解释这个循环", ("`temps[1:]`", "英文"), 2),
    PurposeAsk("explain", "print('a', 'b', sep='-')\n", "what does sep mean?", ("shows its arguments",), 0),
    PurposeAsk(
        "explain",
        "n = 5\nresult = 'even' if n % 2 == 0 else 'odd'\n",
        "meaning of line 2?",
        ("is `'even'` if `n % 2 == 0` is true, and `'odd'` if not", "'odd'"),
        0,
    ),
    PurposeAsk("explain", "matrix = [[1, 2], [3, 4]]\nprint(matrix[1][0])\n", "what will this print?", ("`3`",), 1),
    PurposeAsk(
        "start",
        'def count_words(sentence):\n    """Count how many words the sentence has."""\n',
        None,
        ("counter at zero", "sentence"),
        0,
    ),
    PurposeAsk(
        "start", "# Exercise 4: Ask the user for a password until it is right\n", "I'm lost, help", ("line 1",), 0
    ),
    PurposeAsk(
        "start", "def celsius_to_fahrenheit(celsius):\n    pass\n", "no clue how to do this", ("formula", "celsius"), 0
    ),
    PurposeAsk("start", "", "how do i make a calculator", ("beginning",), 0),
    PurposeAsk(
        "start",
        "def remove_duplicates(items: list) -> list:\n    ...\n",
        None,
        ("def remove_duplicates(items: list)",),
        0,
    ),
    PurposeAsk(
        "start", "class BankAccount:\n    pass\n", "what should I write first?", ("class BankAccount:", "attributes"), 0
    ),
    PurposeAsk(
        "start",
        "def draw_triangle(height):\n    '''Print a triangle of stars with the given height.'''\n    pass\n",
        "Wie fange ich an?",
        ("auf Englisch", "rows"),
        0,
    ),
    PurposeAsk(
        "start",
        "import math\n\n\ndef hypotenuse(a, b):\n    raise NotImplementedError()\n\n\nassert hypotenuse(3, 4) == 5\n",
        None,
        ("`a` and `b`",),
        0,
    ),
    PurposeAsk(
        "check", PRIME, "I think I'm done. Is it OK to hand in?", ("is_prime(2)", "Yes, as far as I have checked"), 0
    ),
    PurposeAsk("check", LOGIN, "anything I forgot?", ("login(",), 0),
    PurposeAsk("check", GUESS, "Does this look good?", ("I see no mistake",), 0),
    PurposeAsk("check", TEMP, None, ("I find none of the mistakes that I know here",), 0),
    PurposeAsk("check", DOG, "c'est correct ?", ("en anglais",), 0),
    PurposeAsk(
        "improve", MERGE, "my teacher says this is inefficient, how can it be more efficient?", ("front of a list",), 0
    ),
    PurposeAsk(
        "improve",
        (
            "def has_big(nums):\n    found = False\n    for n in nums:\n        if (n > 100) == True:\n          "
            "  found = True\n    return found\n"
        ),
        "any way to write this nicer?",
        ("`(n > 100) == True`",),
        0,
    ),
    PurposeAsk(
        "improve",
        "import statistics\ndata = [4, 8, 15]\nfor d in data:\n    print(d - sum(data) / len(data))\n",
        "Can you refactor this for performance",
        ("`sum(data)`", "line 3"),
        0,
    ),
    PurposeAsk(
        "improve",
        "def check(age):\n    return True if age >= 18 else False\n",
        "Kann man das kürzer schreiben?",
        ("`True` and `False`",),
        0,
    ),
    PurposeAsk(
        "other_language",
        "let count = 0;\nfor (let i = 0; i < 5; i++) {\n  count += i;\n}\nalert(count);\n",
        "it shows many errors",
        ("JavaScript",),
        0,
    ),
    PurposeAsk(
        "other_language",
        '#include <iostream>\nusing namespace std;\nint main() {\n    cout << "Hello";\n}\n',
        "how do I run this",
        ("C++",),
        0,
    ),
    PurposeAsk("other_language", "def greet(name)\n  puts \"Hi #{name}\"\nend\ngreet('Ann')\n", None, ("Ruby",), 0),
    PurposeAsk("other_language", "function y = square(x)\n  y = x^2;\nend\ndisp(square(3))\n", None, ("MATLAB",), 0),
    PurposeAsk("find", PRIME, "it says False for 9 but I think that is a bug, should be False"),
    PurposeAsk("find", "def f(x)\n    return x\n", "what do I do?"),
    PurposeAsk("find", TEMP, "No me sale el resultado correcto, ¿qué está mal?"),
    PurposeAsk("find", "nums = [1, 2, 3]\nprint(nums[3])\n", None),
    # The question is answered from the program: its loops, its own values, the sign that is named.
    PurposeAsk(
        "check",
        (
            "pin = 31\ntries = 0\nwhile True:\n    tries += 1\n    if int(input('pin: ')) == pin:\n        break\n"
            "print(tries)\n"
        ),
        "does this loop go on forever?",
        ("the `break` on line 6 leaves it",),
        2,
    ),
    PurposeAsk(
        "check",
        "def is_full(crates):\n    return crates % 12 == 0\n\nprint(is_full(24), is_full(30))\n",
        "is it right?",
        ("tries `is_full(24)` and `is_full(30)` already", "is_full(36)", "is_full(37)"),
        0,
    ),
    PurposeAsk(
        "check",
        "# shows the squares from 2 to 6\nfor side in range(2, 7):\n    print(side * side)\n",
        "did I do it correctly?",
        ("Line 1 says: “shows the squares from 2 to 6”", "where `side` is `6`"),
        1,
    ),
    PurposeAsk(
        "start",
        'class Till:\n    """Keeps the money of a shop."""\n\n    def __init__(self, owner):\n        pass\n',
        "what do I write here?",
        ("This method hands nothing back", "keep on self"),
        4,
    ),
    PurposeAsk(
        "start",
        "# Ask for the weight of 4 parcels and print the total with a fee of 12 %.\n",
        None,
        ("“4” and “12 %”",),
        0,
    ),
    PurposeAsk(
        "start", 'def scramble(word):\n    """Mix the letters of a word."""\n', "solve it for me", ("character",), 1
    ),
    PurposeAsk(
        "explain",
        "old = [3, 1]\nnew = old[:]\nnew.sort()\nprint(old)\n",
        "why is the [:] needed?",
        ("`old[:]` is a copy of `old`", "both names mean the same list"),
        0,
    ),
    PurposeAsk(
        "explain",
        "size = 4\nif 2 <= size < 8:\n    print('fits')\n",
        "what does 2 <= size < 8 mean, is this allowed?",
        ("Yes, Python allows this", "`2 <= size` and `size < 8` are both true"),
        1,
    ),
    PurposeAsk(
        "explain",
        "stock = {'fir': 3, 'elm': 8}\ntop = max(stock, key=stock.get)\n",
        "what does line 2 do?",
        ("returns the key of `stock` for which `stock.get` gives the largest value",),
        0,
    ),
    PurposeAsk(
        "explain", "for i in range(2):\n    print(i)\n", "what is for dinner tonight?", ("nothing to do with",), 0
    ),
    PurposeAsk(
        "improve",
        "a = 4\nb = 7\nc = 1\nd = 9\nprint(a + b + c + d)\n",
        "can I repeat myself less?",
        ("the 4 variables from `a` to `d`",),
        0,
    ),
    PurposeAsk(
        "other_language",
        "const ages = [3, 4];\nages.forEach((age) => {\n  console.log(age);\n});\n",
        "how can I run this?",
        ("Python can not run this", "Node.js"),
        0,
    ),
    PurposeAsk(
        "other_language",
        '#include <stdio.h>\nint main(void) {\n    int k = 3;\n    while (k < 9)\n        printf("%d", k);\n}\n',
        "why does it not stop?",
        ("Which line inside the loop changes `k`?", "line 3, `int k = 3;`"),
        3,
        "c",
    ),
)
