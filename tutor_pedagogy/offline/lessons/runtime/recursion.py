"""The words for: functions that call themselves without end."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

RECURSION_SAME_ARGUMENT = Lesson(
    question=(
        "$function calls itself here with $argument. Compare that with what $function was given itself. What is "
        "different for the next call, and how would it ever get to an end?"
    ),
    concept=(
        "A function that calls itself solves a problem by way of a smaller one of the same kind. Each call must get "
        "closer to a case so simple that it can be answered at once. On line $line $function hands on exactly what "
        "it was given, so the next call is the same again, for ever, until Python stops it."
    ),
    picture="It is like two mirrors that face each other: every picture holds the same picture again.",
    precise="Without a decreasing measure the recursion is infinite; CPython stops at about a thousand frames.",
    place="It hands on $argument unchanged.",
    plan=(
        "Say which part of the problem is left for the next call.",
        "Hand over that part: a smaller number, or a text or list without its first item.",
        "Check that the simplest case is answered without another call.",
    ),
    example=Example(
        before="Each call gets one item less:",
        code=(
            "def deepest(levels):\n"
            "    if levels == []:\n"
            "        return 0\n"
            "    return max(levels[0], deepest(levels[1:]))\n"
            "\n"
            "\n"
            "print(deepest([2, 7, 5]))"
        ),
        after="The list gets shorter with each call, so in the end it is empty and the answer is 0.",
    ),
    remedy="On line $line hand a smaller problem to the next call of $function.",
    reason="Each call is closer to the simplest case, so the calls come to an end.",
    check="print the argument at the start of $function: it must get smaller with every call.",
)

RECURSION_WITHOUT_END = Lesson(
    question=(
        "Which is the simplest problem that $function could be asked, one that needs no further call? Which line of "
        "$function answers it?"
    ),
    concept=(
        "A function that calls itself needs at least one case that it answers without doing so. It is called the "
        "base case, and it ends the chain of calls. $function has none: on every way it comes to line $line and "
        "calls itself once more."
    ),
    picture="It is like stairs going down without a floor.",
    precise="Every terminating recursion has a branch that returns without a recursive call.",
    place="Nothing in $function keeps this call from happening.",
    plan=(
        "Name the simplest input and the right answer for it.",
        "Ask for that input with `if` at the very start of the function.",
        "Give the answer back with `return` there, before the call.",
    ),
    example=Example(
        before="The simplest case comes first:",
        code=(
            "def dashes(count):\n"
            "    if count == 0:\n"
            '        return ""\n'
            '    return "-" + dashes(count - 1)\n'
            "\n"
            "\n"
            "print(dashes(5))"
        ),
        after="For 0 the function answers at once; all other calls get there step by step.",
    ),
    remedy="At the start of $function answer the simplest case with `if` and `return`.",
    reason="The chain of calls ends when it reaches the simplest case.",
    check="call $function with the simplest input, then with the next one.",
)

RECURSION_MISSES_END = Lesson(
    question=(
        "$function is meant to stop when $test holds. Write down what it gets in the first, second and third call. "
        "Does it come to that case, or does it pass it by?"
    ),
    concept=(
        "The case that ends the calls must be reached exactly. If the value jumps over it, moves away from it, or "
        "keeps the same order in the same places, $test never holds when it should. So $call leads to one more call, "
        "and line $line is where to look."
    ),
    picture="It is like a bus that drives past the last stop because nobody tells it to halt there.",
    precise="Check the measure: it must decrease on each call and be bounded by the tested case.",
    place="As it is, the calls do not get to the case that ends them.",
    plan=(
        "Print the arguments at the start of $function.",
        "Take a small input and write down the first few calls.",
        "Change what is handed over, or the test, so that the test is sure to hold in the end.",
    ),
    example=Example(
        before="A test that catches everything at or below the end:",
        code=(
            "def countdown(seconds):\n"
            "    if seconds <= 0:\n"
            "        return 0\n"
            "    return 1 + countdown(seconds - 2)\n"
            "\n"
            "\n"
            "print(countdown(7))"
        ),
        after="7, 5, 3, 1 and then -1: the test with “smaller or equal” catches it; one with “equal” would miss it.",
    ),
    remedy="Bring $test and $call into agreement, so that the test catches every simplest case.",
    reason="The calls reach the case that ends them.",
    check="print the arguments of each call for a small input, for an empty one and for zero.",
)
