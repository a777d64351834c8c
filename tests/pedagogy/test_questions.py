"""Questions about a hint: guesses and proposals are judged by a run in the evaluator, in the question's language."""

from __future__ import annotations

import itertools
import re

import pytest

from testing.asks_about_hints import (
    INDEX_ERROR,
    JOINED,
    LAST_ONLY,
    NEVER_ENDS,
    NO_COLON,
    NOT_ITERABLE,
    PAST_THE_END,
    PROGRAMS,
    SORTED,
    TYPE_ERROR,
    answer,
    passes_guard,
    submission,
)
from testing.asks_in_turn import traceback
from tutor_pedagogy.dialogue.kinds import is_guessing, without_opening
from tutor_pedagogy.dialogue.tables import LANGUAGES, table
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline import diagnose

LAST = "it gives 3.0 but it should be 5.0"
AGES = "ages = {'ann': 4, 'bob': 7}\nname = 'Bob'\nprint(ages[name])\n"
ADULT = "age = input('How old? ')\nif age >= 18:\n    print('adult')\n"
COUNTER = "count = 0\n\ndef add():\n    count = count + 1\n    return count\n\nprint(add())\n"
DOUBLE = "def double(x):\n    print(x * 2)\n\nresult = double(4)\nprint(result + 1)\n"
DOG = (
    "class Dog:\n    def __init__(self, name):\n        name = name\n\n    def speak(self):\n"
    "        return self.name + ' barks'\n\nd = Dog('Rex')\nprint(d.speak())\n"
)
FIZZ = (
    "def fizz(n):\n    if n % 3 == 0:\n        return 'Fizz'\n    elif n % 15 == 0:\n        return 'FizzBuzz'\n"
    "    else:\n        return str(n)\n\nfor i in range(1, 16):\n    print(fizz(i))\n"
)
REVERSED = (
    "def turned(text):\n    if text == '':\n        return ''\n    return turned(text[:1]) + text[0]\n\n"
    "print(turned('stop'))\n"
)
STOCK = "stock = {'nails': 50, 'tape': 0}\nfor item in stock:\n    if stock[item] == 0:\n        stock.pop(item)\n"
ASKS = {
    "ages": submission(AGES, 2, traceback=traceback(3, "print(ages[name])", "KeyError: 'Bob'")),
    "adult": submission(
        ADULT,
        1,
        traceback=traceback(2, "if age >= 18:", "TypeError: '>=' not supported between instances of 'str' and 'int'"),
    ),
    "counter": submission(
        COUNTER,
        3,
        traceback=traceback(
            4,
            "count = count + 1",
            "UnboundLocalError: cannot access local variable 'count' where it is not associated with a value",
        ),
    ),
    "double": submission(
        DOUBLE,
        4,
        traceback=traceback(
            5, "print(result + 1)", "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'"
        ),
    ),
    "dog": submission(
        DOG,
        5,
        traceback=traceback(6, "return self.name + ' barks'", "AttributeError: 'Dog' object has no attribute 'name'"),
    ),
    "fizz": submission(FIZZ, 3),
    "reversed": submission(
        REVERSED,
        3,
        traceback=traceback(4, "return turned(text[:1]) + text[0]", "RecursionError: maximum recursion depth exceeded"),
    ),
    "stock": submission(
        STOCK,
        1,
        traceback=traceback(2, "for item in stock:", "RuntimeError: dictionary changed size during iteration"),
    ),
    "joined": submission(JOINED, 2, traceback=TYPE_ERROR),
    "end": submission(PAST_THE_END, 3, traceback=INDEX_ERROR),
    "sorted": submission(SORTED, 2, traceback=NOT_ITERABLE),
    "last": submission(LAST_ONLY, 3),
    "endless": submission(NEVER_ENDS, 1),
    "colon": submission(NO_COLON, 1),
}


class TestProposals:
    """Changes that a question proposes are tried."""

    @pytest.mark.parametrize(
        ("program", "question", "said"),
        [
            ("joined", "so I should use str()?", "Yes. I tried it in your program: with that change `TypeError`"),
            ("joined", "i tried int(text) and it still fails", "No. I tried it"),
            ("end", "should it be < instead of <=?", "Yes. I tried it"),
            ("end", "should I replace <= with >=?", "Whether it is what you want"),
            ("sorted", "should i use sorted(names)?", "Yes. I tried it"),
            ("counter", "do i need global?", "Yes. I tried it"),
            ("counter", "I tried return count and it still fails", "With `return count` as it stands now, line 4"),
            ("dog", "do I need self.name there?", "Yes. I tried it"),
            ("adult", "should i convert it with int?", "Yes. I tried it"),
            (
                "stock",
                "can I use del instead of pop?",
                "No. I tried it in your program: with that change `RuntimeError`",
            ),
            ("colon", "do I need a semicolon?", "No. I tried it: with that change Python still cannot read"),
            ("colon", "is a colon missing?", "Yes. With that change Python can read the program."),
            ("joined", "Muss ich str() benutzen?", "Ja. Ich habe es in deinem Programm ausprobiert"),
            ("end", "¿debo usar < en vez de <=?", "Sí. Lo he probado en tu programa"),
            ("counter", "est-ce que je dois utiliser global ?", "Oui. Je l'ai essayé dans ton programme"),
            ("joined", "devo usar str()?", "Sim. Experimentei no teu programa"),
        ],
    )
    def test_a_proposal_is_tried_in_the_evaluator(self, program: str, question: str, said: str) -> None:
        """The answer begins with yes or no, by what the changed program does."""
        assert said in answer(question, ASKS[program])

    def test_a_wrong_result_is_compared_with_the_expected_one(self) -> None:
        """A change is right if the printed result is the one that the student expects, else both are named."""
        asked = ASKS["last"]

        assert "the result is `5.0`, as you want" in answer("so total = total + n ?", asked, earlier=LAST)
        assert "the result is `-5.0`, and not `5.0`" in answer("so total = total - n ?", asked, earlier=LAST)

    def test_a_loop_that_ends_is_said_to_end(self) -> None:
        """A change after which a loop without an end comes to its end is right."""
        text = answer("should I put n = n - 1 in the loop?", ASKS["endless"], earlier="it never stops")

        assert text.startswith("Yes. I tried it in your program: with that change it comes to its end.")

    def test_a_word_that_is_no_code_is_not_tried(self) -> None:
        """“comma” means the sign: no version with the English word in it is judged."""
        assert "Python cannot read" not in answer("can I use a comma instead of +?", ASKS["joined"])

    @pytest.mark.parametrize(
        ("code", "earlier", "said"),
        [
            (JOINED.replace("+ later", "+ str(later)"), None, "no exception comes. It prints “You will be 5”."),
            (LAST_ONLY.replace("total = n", "total = total + n"), LAST, "Yes. The result is `5.0` now, as you want."),
            (LAST_ONLY.replace("total = n", "total = total - n"), LAST, "The result is `-5.0` now, and not `5.0`."),
            (JOINED.replace("'You", "You"), None, "Python cannot read the program as it stands now: look at line 3."),
            (JOINED.replace("age = 4", "ag = 4"), None, "Line 2 raises `NameError`"),
        ],
    )
    def test_a_changed_program_is_run_for_the_question_whether_it_is_right(
        self, code: str, earlier: str | None, said: str
    ) -> None:
        """“Does my fix work?” is answered with what the program does as it stands."""
        assert said in answer("does my fix work?", submission(code, 2), earlier=earlier)

    def test_a_place_on_another_line_of_the_function_is_tried(self) -> None:
        """A piece of code that fits no line of the finding is tried on the other lines of its function."""
        grow = (
            "def grow(capital, percent, years):\n    balance = capital\n    for y in range(years):\n"
            "        interest = capital * percent / 100\n        balance = balance + interest\n    return balance\n"
            "\nprint('last:', grow(100, 10, 2))\n"
        )
        told = "it should be 121.0 but it prints 120.0"

        text = answer("should it be balance * percent / 100?", submission(grow, 5), level=1, earlier=told)
        assert "as you want" in text

    @pytest.mark.parametrize(
        ("code", "error", "question", "said"),
        [
            (
                "answers = {'Yes', 'No'}\nprint(answers[0])\n",
                "TypeError: 'set' object is not subscriptable",
                "should I use [] instead of {}?",
                "Yes. I tried it",
            ),
            (
                "answers = {'Yes', 'No'}\nprint(answers[0])\n",
                "TypeError: 'set' object is not subscriptable",
                "is answers a list?",
                "No. `answers` is of type `set` on line 2. Its value is `{'No', 'Yes'}`.",
            ),
            (
                "class Cart:\n    def total():\n        return 3\n\nprint(Cart().total())\n",
                "TypeError: Cart.total() takes 0 positional arguments but 1 was given",
                "do i need self?",
                "Yes. I tried it",
            ),
            (
                "def area(w):\n    return w\n\nfor w in [2, 3]:\n    area = area(w)\n",
                "TypeError: 'int' object is not callable",
                "so I rename the variable?",
                "Yes. I tried it",
            ),
        ],
    )
    def test_other_changes_in_words_are_tried(self, code: str, error: str, question: str, said: str) -> None:
        """Other brackets, `self` as a parameter, another name: each is tried where it fits."""
        line = (
            next(at for at, text in enumerate(code.split("\n"), 1) if "(w)" in text and "=" in text)
            if "area" in code
            else code.count("\n")
        )

        assert said in answer(
            question, submission(code, line - 1, traceback=traceback(line, code.split("\n")[line - 1].strip(), error))
        )


class TestClaims:
    """What a question claims is held against the program."""

    @pytest.mark.parametrize(
        ("program", "question", "said"),
        [
            ("joined", "is it because later is a number?", "Yes. `later` is of type `int` on line 3."),
            ("joined", "is later a string?", "No. `later` is of type `int` on line 3."),
            ("joined", "Ist es, weil later eine Zahl ist?", "Ja. `later` hat in Zeile 3 den Typ `int`."),
            ("adult", "but I typed 20, that is a number!", "comes into the program as a string"),
            ("ages", "is it the capital letter?", "Yes. Python keeps capital and small letters apart"),
            ("ages", "does bob exist in the dictionary?", "Yes. `'bob'` is among the keys"),
            ("endless", "does n ever change?", "No. No line inside the loop on line 2 gives `n` a new value."),
            ("double", "so double returns nothing?", "Yes. `double` hands nothing back"),
            ("double", "but it prints the 8", "shows something on the screen, but hands nothing back"),
            ("reversed", "is it because I have no base case?", "No. There is one: line 3"),
            ("reversed", "how many times does it call itself", "without an end"),
            ("fizz", "but 15 is divisible by 15", "For `fizz(15)` the condition on line 2"),
            ("end", "is i 2 there?", "Not always. `i` is"),
            ("last", "what happens if the list is empty?", "`average([])` ends with `ZeroDivisionError` on line 5."),
            ("last", "how often does the loop run?", "run 3 times"),
            ("last", "does the loop run only once?", "No. The indented lines of the loop on line 3 run 3 times"),
            ("end", "is the list empty?", "No. `letters` is `['a', 'b']`"),
            ("joined", "is it because of an int?", "Yes. Python's message speaks of the type `int`."),
        ],
    )
    def test_a_claim_is_checked(self, program: str, question: str, said: str) -> None:
        """A claim about a type, a value, a key, a line or a function gets a plain answer."""
        assert said in answer(question, ASKS[program])

    @pytest.mark.parametrize(
        ("question", "not_said"),
        [("does it add the numbers?", "is of type"), ("so total is always the last number?", "of type `int`")],
    )
    def test_a_word_that_is_also_a_type_is_no_claim(self, question: str, not_said: str) -> None:
        """“the numbers” is a name of the program here, and “the last number” states no type of `total`."""
        assert not_said not in answer(question, ASKS["last"])

    def test_a_question_for_a_value_gets_no_yes_or_no(self) -> None:
        """A number in a question for the value of a piece of code is no claim about a name."""
        text = answer("what does text[:1] give?", ASKS["reversed"])

        assert text.startswith("`text[:1]` is `'s'`.")
        assert "No." not in text

    @pytest.mark.parametrize(
        ("program", "question", "said"),
        [
            ("joined", "Was bedeutet (age - 1) bei 10?", "gleich `9`."),
            ("sorted", "Pourquoi ordered est None ?", "`sort` trie la liste elle-même et renvoie `None`."),
            ("end", "¿qué significa 'out of range'?", "significa «fuera de rango»"),
            ("adult", "o que faz a linha 1?", "A linha 1 calcula"),
            ("dog", "was bedeutet self?", "`self` ist das "),
            ("last", "Was ist der Wert von total nach der Schleife?", "ist `total` in Zeile 5 `9`"),
            ("last", "what is the difference between print and return", "`return`"),
            ("reversed", "what does [:] do", "all items, from the first to the last, so it makes a copy"),
            ("ages", "what is a key", "“key” is what you look a value up with"),
            ("adult", "what is an instance", "“instance” is one object of a class or type"),
        ],
    )
    def test_a_meaning_is_told_in_the_language_of_the_question(self, program: str, question: str, said: str) -> None:
        """Words of hints, names and lines are explained in the language of the question."""
        assert said in answer(question, ASKS[program])


class TestWords:
    """The texts and the words by which questions are understood."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("part", ["listing", "verdict", "claim", "names"])
    def test_every_language_has_the_same_texts_with_the_same_slots(self, language: str, part: str) -> None:
        """No text is missing in a language, and none has a slot that the English one lacks."""
        english, other = table("texts")[part], table(f"texts.{language}")[part]

        assert english.keys() == other.keys()
        for name, text in other.items():
            assert _slots(text) <= _slots(english[name]), name

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_answers_of_a_language_have_the_slots_of_the_english_ones(self, language: str) -> None:
        """A frame of an answer needs no value that is not there."""
        english, other = table("texts")["reply"], table(f"texts.{language}")["reply"]

        assert other.keys() <= english.keys()
        assert all(_slots(text) <= _slots(english[name]) for name, text in other.items())

    def test_words_that_ask_nothing_are_taken_away(self) -> None:
        """“But I don't understand why …” asks why."""
        assert without_opening("sorry, but I still don't understand why it stops") == "why it stops"
        assert without_opening("I don't understand") == "I don't understand"

    def test_a_question_word_of_another_language_is_no_english_verb(self) -> None:
        """The German “was ist …” is no question that can be answered with yes or no."""
        assert not is_guessing("Was ist ein Index?")
        assert is_guessing("was it line 4?")

    def test_no_answer_leaks_or_fails(self) -> None:
        """Proposals and guesses at every level: the guard passes the answer, and a wrong guess shows no edit."""
        questions = (
            "is it because of a string?",
            "should I use list() instead of this?",
            "what if I remove line 2?",
            "maybe I should return None",
            "can I put the print outside the loop?",
            "Ist es die Einrückung?",
            "¿debo cambiar la línea 1?",
        )
        for asked, question in itertools.product((*PROGRAMS, *ASKS.values()), questions):
            for level in (1, 3, 4):
                text = answer(question, asked, level)
                edit = diagnose(asked).edit

                assert passes_guard(text, asked, HintLevel(level))
                assert edit is None or edit.after.strip() not in text


def _slots(text: str) -> set[str]:
    return set(re.findall(r"\$([A-Za-z_]\w*)", text))


NEIGHBOURS = "rows = [[0] * 2] * 2\nrows[0][1] = 5\nprint(rows)\n"
LARGER = (
    "def larger(a, b):\n    if a > b:\n        return a\n    if b > a:\n        return b\n\nprint(larger(7, 7) + 1)\n"
)
HALVED = "def middle(items):\n    at = len(items) // 2\n    return items[at + 1]\n\nprint(middle([3, 4]))\n"


class TestTruth:
    """What an answer claims of a trial or a value holds for the program as it stands."""

    def test_a_piece_that_stands_in_the_program_is_no_change(self) -> None:
        """A tried change that stands there is followed where it stands, and not put in another place."""
        asked = submission("for d in range(2, 4 + 1):\n    print(d)\n", 0)
        said = answer("I tried range(2, 4 + 1), still the same", asked)
        assert "TypeError" not in said
        assert "as it stands now, the program prints" in said

    def test_another_sign_is_tried_in_the_quoted_piece(self) -> None:
        """The exception that is named is that of the proposed change."""
        asked = submission(
            HALVED, 2, traceback=traceback(3, "return items[at + 1]", "IndexError: list index out of range")
        )
        said = answer("is it because of at = len(items) // 2? maybe it should be / instead", asked)
        assert "line 3 raises `TypeError`" in said

    def test_a_guess_that_a_value_is_there_twice_is_tried(self) -> None:
        """Another value in the place of the second one shows whether the guess is right."""
        message = "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'"
        asked = submission(LARGER, 6, traceback=traceback(7, "print(larger(7, 7) + 1)", message))
        assert answer("is it because 7 is there twice?", asked).startswith("Yes. I tried it")

    def test_a_value_is_shown_as_it_was(self) -> None:
        """A nested list is shown as it was when its line ran."""
        assert "5" not in answer("what is [[0] * 2] * 2", submission(NEIGHBOURS, 0)).replace("line 5", "")

    def test_one_of_two_places_is_named(self) -> None:
        """A question with “or” gets the place and no yes."""
        asked = submission("numbers = [1]\nfor n in numbers\n    print(n)\n", 1)
        said = answer("where do I put the colon, after for or after numbers?", asked, 3)
        assert said.startswith("After `numbers`.")

    def test_a_function_that_is_right_needs_no_change(self) -> None:
        """A question whether to change a function is answered with no if the mistake is elsewhere."""
        code = "def area(w, h):\n    return w * h\n\nw = input('w')\nh = input('h')\nprint(area(w, h))\n"
        trace = (
            'Traceback (most recent call last):\n  File "p.py", line 6, in <module>\n    print(area(w, h))\n'
            '  File "p.py", line 2, in area\n    return w * h\n'
            "TypeError: can't multiply sequence by non-int of type 'str'\n"
        )
        assert answer("do I have to change the function area?", submission(code, 5, traceback=trace)).startswith("No.")
