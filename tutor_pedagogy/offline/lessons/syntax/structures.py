"""The words for: `match` and its cases, decorators, and the order inside a comprehension."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

CASE_FORM = Lesson(
    question=(
        "Read the word after $word on this line, and what follows. What may stand in a case: any question, or a "
        "picture of the value? How does Python say “this or that” and “anything else” there?"
    ),
    concept=(
        "A `case` does not ask a question that is true or false. It shows what the value should look like, and "
        "Python compares. So it has signs of its own: one for “this or that”, and the underscore for “anything "
        "else”. On line $line $word is not one of them."
    ),
    picture="Think of a box with holes of different shapes: each case is a hole, not a question.",
    precise="Patterns have a grammar of their own (PEP 634): or-patterns, the wildcard, and guards after `if`.",
    place="There $word stands where a picture of the value should be.",
    plan=(
        "Say which values should fall into this case.",
        "Look up how a `case` joins several values, and how it takes all others.",
        "Use that sign, and keep the case that takes all others for the end.",
    ),
    example=Example(
        before="Two values in one case, and all others at the end:",
        code=(
            'day = "Sun"\nmatch day:\n    case "Sat" | "Sun":\n        print("off")\n    case _:\n        print("on")'
        ),
        after="The upright line means “or” between two values, and the underscore takes everything.",
    ),
    remedy="On line $line use the sign that a case has for this.",
    reason="The case shows now which values fall into it.",
    check="run it with a value for each case and with one that fits none of them.",
)

CASE_TAKES_ALL = Lesson(
    question=(
        "What does a single name such as $name mean in a `case`: compare with what is stored under it, or take any "
        "value and store it there? Which values are then left for the cases below?"
    ),
    concept=(
        "A bare name in a `case` is not compared with anything. It fits every value and stores it under that name. "
        "So nothing is left for the cases below line $line, and Python refuses a case that can never be reached."
    ),
    picture="It is like a net with no holes at the top of a stream: nothing gets to the nets below.",
    precise="A capture pattern always succeeds; only dotted names are value patterns (PEP 634).",
    place="The name $name takes every value there.",
    plan=(
        "Decide whether this case should take all that is left.",
        "If so, it belongs to the end.",
        "If not, write the value itself, or compare with `if`.",
    ),
    example=Example(
        before="Values first, and the name that takes the rest at the end:",
        code='seat = 7\nmatch seat:\n    case 1:\n        print("front")\n    case other:\n        print("at", other)',
        after="`other` takes whatever the first case did not, and stores it.",
    ),
    remedy="Move the case of line $line to the end, or write a value in place of $name.",
    reason="The cases with a value are asked first, so each can be reached.",
    check="run it with a value for each case.",
)

DECORATOR_FORM = Lesson(
    question=(
        "This line begins with the sign `@`. What does such a line change, and what has to stand right below it? "
        "What stands there in your program?"
    ),
    concept=(
        "A line with `@` is a decorator: it wraps the function or class that is defined right below. Without a "
        "definition below it there is nothing to wrap. Below line $line Python finds something else."
    ),
    picture="It is like a ribbon for a present: there must be a present under it.",
    precise="The grammar allows decorators only before `def`, `async` and `class`.",
    place="There is no definition below it.",
    plan=(
        "Decide which function or class the decorator is for.",
        "Put it right above that definition, at the same left edge.",
        "If it is for none, the line does not belong here.",
    ),
    example=Example(
        before="A decorator and the method that it wraps:",
        code=(
            "class Square:\n    side = 3\n\n    @property\n    def area(self):\n        return self.side * self.side\n"
            "\n\nprint(Square().area)"
        ),
        after="`property` wraps the method right below it, so the area is read without brackets.",
    ),
    remedy="Put the decorator of line $line right above a function or class, or take it away.",
    reason="The decorator has a definition to wrap.",
    check="use the decorated name once and print the result.",
)

CHOICE_IN_FILTER = Lesson(
    question=(
        "The `if` on this line has an `else`. Should it leave items out, or choose between two values for each item? "
        "Where does each of the two kinds of `if` stand?"
    ),
    concept=(
        "Inside a comprehension an `if` at the end leaves items out, and then there is nothing for an `else` to do. "
        "An `if` with an `else` chooses a value for each item, so it belongs to the value, in front of `for`. On line "
        "$line the choice stands where only a filter may stand."
    ),
    picture="A door keeper sends people away; a cloakroom gives each of them one of two tickets.",
    precise="The filter is a bare or_test; a conditional expression is allowed only as the element.",
    place="A choice with `else` stands behind `for` there.",
    plan=(
        "Decide whether each item should give a value.",
        "If so, bring the whole choice in front of `for`.",
        "If items should be left out, drop the `else` part.",
    ),
    example=Example(
        before="A word for each number, then only some of the numbers:",
        code='print(["odd" if n % 2 else "even" for n in (3, 4)])\nprint([n for n in (3, 4) if n % 2])',
        after="The choice stands in front of `for`, the filter behind it and without `else`.",
    ),
    remedy="On line $line bring the choice in front of `for`.",
    reason="Each item gets one of the two values.",
    check="count the items of the result: with a choice there are as many as before.",
)
