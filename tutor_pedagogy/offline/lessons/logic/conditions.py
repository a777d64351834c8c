"""The words for: conditions that are always true."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

CONDITION_ALWAYS_TRUE = Lesson(
    question=(
        "Split the condition at the word `or`. Is each part a whole question on its own? What does Python make of "
        "$second alone: yes or no?"
    ),
    concept=(
        "`or` joins two whole questions. On line $line the second part is only the value $second, and Python counts "
        "every number but 0 and every text with letters as yes. So the whole condition is always true, whatever "
        "$left is."
    ),
    picture="It is like asking “is it Monday, or Tuesday?”: the second half alone asks nothing.",
    precise="`==` binds tighter than `or`; a non-empty constant is truthy.",
    place="Its second part is a value and asks nothing.",
    plan=(
        "Say both questions on their own, as whole sentences.",
        "Write down what is compared in the second one.",
        "Make both parts whole, or ask with `in` whether the value is one of several.",
    ),
    example=Example(
        before="One value compared with several:",
        code=('day = "Sunday"\nprint(day in ("Saturday", "Sunday"))'),
        after="`in` asks whether `day` is one of the two, and its answer can be no.",
    ),
    remedy="On line $line compare $left with $second as well.",
    reason="Both parts are whole questions, so the condition can be false.",
    check="try a value for which the condition should be false.",
)

CONDITION_NEVER_TRUE = Lesson(
    question="Is there any value of $left for which both parts of this condition hold at the same time? Try a few.",
    concept=(
        "`and` is true only when both parts hold. One value cannot be equal to two different things at once, so the "
        "condition on line $line is never true, and its block never runs. In plain speech we often say “and” when we "
        "list cases that each count."
    ),
    picture="It is like a door that opens only on a day that is both Monday and Tuesday.",
    precise="The conjunction is unsatisfiable; the union of cases is a disjunction.",
    place="No value can fulfil both parts.",
    plan=(
        "List the values for which the block should run.",
        "Put the first of them into the condition, and work out both parts.",
        "Choose the word that makes one true part enough.",
    ),
    example=Example(
        before="One true part is enough:",
        code=('month = "July"\nprint(month == "July" or month == "August")'),
        after="It is July, so the first part holds, and that is enough for `or`.",
    ),
    remedy="Join the parts on line $line with `or`.",
    reason="With `or` one true part is enough.",
    check="try each value of the list, and one that is not on it.",
)

CONDITION_EXCLUDES_NOTHING = Lesson(
    question=(
        "Is there any value of $left for which both parts of this condition are false? Try the values that you want "
        "to exclude."
    ),
    concept=(
        "`or` is true as soon as one part holds. A value that equals the first thing differs from the second, so one "
        "part always holds. The condition on line $line is therefore always true and excludes nothing."
    ),
    picture="It is like a guard who lets in everyone who is not Tom, or not Tim: both get in.",
    precise="By De Morgan the negation of a disjunction of equalities is a conjunction of inequalities.",
    place="One of its parts always holds.",
    plan=(
        "List the values that should be excluded.",
        "Put each into the condition and work out both parts.",
        "Choose the word that needs both parts to hold.",
    ),
    example=Example(
        before="Both parts must hold:",
        code=('answer = "maybe"\nprint(answer != "yes" and answer != "no")'),
        after="Only an answer that is neither of the two gives `True`.",
    ),
    remedy="Join the parts on line $line with `and`.",
    reason="With `and` a value is let through only if it differs from all of them.",
    check="try each excluded value, and one that is allowed.",
)

SAME_PART_TWICE = Lesson(
    question=(
        "Read both sides of this condition letter by letter. What is the difference between them? Which other name "
        "did you want to ask about?"
    ),
    concept=(
        "If both sides are the same, the second adds nothing: asking about $part twice gives one answer. On line "
        "$line that is the case, so one thing that you wanted to ask about is never asked."
    ),
    picture="It is like checking the front door twice and forgetting the back door.",
    precise="A disjunction is idempotent; often it is a copy of the first part with one name left unchanged.",
    place="The same part stands there twice.",
    plan=(
        "Say in words what both parts should ask.",
        "Find the name that is missing; it is often one that looks much the same.",
        "Put it into one of the two parts.",
    ),
    example=Example(
        before="Two parts with two names:",
        code=("front = True\nback = False\nprint(front or back)"),
        after="Each door is asked about once, so either of the two can make the answer `True`.",
    ),
    remedy="On line $line put the other name into one of the two parts.",
    reason="Both things are asked about.",
    check="try a case in which only the second one holds.",
)

BRANCH_NEVER_REACHED = Lesson(
    question=(
        "Take a value for which $test holds. Which of the conditions above it does Python ask first, and what is the "
        "answer? Does it ever come to this one?"
    ),
    concept=(
        "In a chain of `if` and `elif` only the first true condition counts. The one above, $first, is wider: "
        "whenever $test would hold, it holds already. So the block of line $line never runs."
    ),
    picture="It is like sorting post with a box “all letters” in front of the box “letters from Rome”.",
    precise="The guards are tested in order; a later guard implied by an earlier one is dead.",
    place="A wider condition before it takes every case.",
    plan=(
        "Write the bounds of all conditions in a row.",
        "Bring them into an order in which the narrowest is asked first.",
        "Check one value for each block.",
    ),
    example=Example(
        before="The narrowest condition first:",
        code=('wind = 95\nif wind > 90: print("storm")\nelif wind > 50: print("windy")\nelse: print("calm")'),
        after="95 is over both bounds, and the first one takes it.",
    ),
    remedy="Ask the condition of line $line before the wider one.",
    reason="The narrower condition is asked first, so its block can run.",
    check="try one value for each block, and each value right at a bound.",
)

LATER_IF_OVERRIDES = Lesson(
    question=(
        "Take a value for which $first holds. Does $test hold as well? Which of the two lines sets $name last? "
        "Follow one high value through all of the questions."
    ),
    concept=(
        "Each `if` on its own is asked, whatever the one before has said. A value that passes the first bound passes "
        "the lower one too, so the block of line $line sets $name anew and overrides what was right. One chain, in "
        "which only the first hit counts, needs another word for its further questions."
    ),
    picture="It is like a line of teachers who each write a grade over the one before.",
    precise="Sequential guards are not exclusive; a chain short-circuits after its first match.",
    place="It is asked also when the condition before has held.",
    plan=(
        "Follow one high value through all conditions.",
        "Write down $name after each of them.",
        "Join the questions to one chain, so that only the first hit counts.",
    ),
    example=Example(
        before="One chain, one hit:",
        code=(
            "points = 95\n"
            'if points > 80: medal = "gold"\n'
            'elif points > 60: medal = "silver"\n'
            'else: medal = "none"\n'
            "print(medal)"
        ),
        after="95 passes the first question, so the others are not asked.",
    ),
    remedy="Write `elif` in place of `if` on line $line.",
    reason="The questions make one chain, so the first hit stays.",
    check="try one value for each block.",
)

TEXT_COMPARED_WITH_NUMBER = Lesson(
    question=(
        "Which kind of value does `input` give for $name, and which kind stands on the other side in $test? Can the "
        "two ever be equal?"
    ),
    concept=(
        "What is typed arrives as a text. A text and a number are never equal, even if they look the same, and "
        "Python does not complain. So $test always gives the same answer. The value comes in on line $line."
    ),
    picture="The word “seven” on paper is not seven apples.",
    precise="`==` between str and int is False without an error; only ordering raises.",
    place="What it gives is a text, but it is compared with a number.",
    plan=(
        "Print `type` of $name right after it comes in.",
        "Decide whether you need a number.",
        "Convert it there with `int` or `float`.",
    ),
    example=Example(
        before="A text turned into a number before it is compared:",
        code=('typed = "12"\nprint(typed == 12, int(typed) == 12)'),
        after="Only the second comparison has numbers on both sides.",
    ),
    remedy="Wrap the value with `int` on line $line, where it comes in.",
    reason="A number is compared with a number.",
    check="type the number for which the condition should hold.",
)

IDENTITY_FOR_EQUALITY = Lesson(
    question=(
        "What does $word ask on this line: whether two values are equal, or whether they are one and the same thing "
        "in memory? Which of the two do you want to know?"
    ),
    concept=(
        "$word asks whether both sides are the very same object. Two equal texts or numbers may be stored twice, and "
        "then the answer is no. On line $line you want to know whether they are equal."
    ),
    picture="Two coins of one euro are worth the same, but they are two coins.",
    precise="Interning makes it work by chance for small ints and some strings; `is` is for None.",
    place="It asks about sameness in memory and not about equal values.",
    plan=(
        "Decide whether equal values are enough.",
        "Recall the sign that compares values.",
        "Keep $word for the question whether there is nothing at all.",
    ),
    example=Example(
        before="Equal values are compared by their own sign:",
        code=('city = "".join(["R", "ome"])\nprint(city == "Rome", city is None)'),
        after="The letters are the same, and that is what the first comparison asks.",
    ),
    remedy="On line $line compare the values with `==` or `!=`.",
    reason="The values are compared, wherever they are stored.",
    check="try a text that was read or put together.",
)

FUNCTION_NAMED_IN_CONDITION = Lesson(
    question=(
        "Is $name called in this condition, or only named? What does Python count a function itself as, yes or no? "
        "Print both forms, with and without the brackets, to see."
    ),
    concept=(
        "A function that is named but not called stands for itself, and everything that is not empty counts as yes. "
        "So the condition on line $line is always true, and $name never runs."
    ),
    picture="It is like asking “is there a thermometer?” when you mean “how warm is it?”.",
    precise="Function objects are truthy; the call is missing.",
    place="The function is named there, but not called.",
    plan=(
        "Say what the function should find out.",
        "Recall what follows a name when a function is called.",
        "Check what it needs between the brackets.",
    ),
    example=Example(
        before="A method that is called in a condition:",
        code=('code = "77a"\nif code.isdigit(): print("digits only")\nelse: print("something else")'),
        after="The brackets make `isdigit` run, and its answer counts.",
    ),
    remedy="Write round brackets after $name on line $line.",
    reason="The function runs, and its answer decides.",
    check="try a case in which the answer should be no.",
)

EQUALITY_OF_FLOATS = Lesson(
    question=(
        "Print $left with many digits right before this line, with `repr`. Is it exactly $value, or only very close "
        "to it?"
    ),
    concept=(
        "Most numbers with a point cannot be stored exactly, so small rounding errors creep in. Two results that "
        "should be equal can differ in the last digit, and `==` on line $line then gives no."
    ),
    picture="It is like measuring the same table twice: the two results differ by a hair.",
    precise="Binary fractions represent only dyadic rationals; compare within a tolerance.",
    maths_picture="0.1 has no exact form in base two, like one third in base ten.",
    maths_precise="State the tolerance relative to the size of the numbers.",
    place="It asks for exact equality of numbers with a point.",
    plan=(
        "Decide how big a difference may be so that it does not matter.",
        "Recall the function of the module `math` that compares with a tolerance: `isclose`.",
        "Use it for this comparison.",
    ),
    example=Example(
        before="A comparison with a tolerance:",
        code=("import math\n\nweight = 0.1 + 0.2\nprint(weight == 0.3, math.isclose(weight, 0.3))"),
        after="The sum is not exactly 0.3, but close enough.",
    ),
    remedy="On line $line compare with `math.isclose`.",
    reason="A tiny rounding error no longer changes the answer.",
    check="print both values with `repr`, and the answer.",
)

TEXT_REPEATED = Lesson(
    question=(
        "Which kind of value does `input` give for $name? What does the star do with a text and a number, and what "
        "did you expect $operation to be?"
    ),
    concept=(
        "What is typed arrives as a text. The star between a text and a whole number repeats the text, and Python "
        "sees nothing wrong in that. So $operation is no product: five times two comes out as 55. The value comes in "
        "on line $line."
    ),
    picture="Writing “5” twice gives “55”, not ten.",
    precise="`str` implements `*` as repetition, so no TypeError tells you about the missing conversion.",
    place="What it gives is a text, but it is used as a number.",
    plan=(
        "Print `type` of $name right after it comes in.",
        "Decide whether you need a number.",
        "Convert it there with `int` or `float`.",
    ),
    example=Example(
        before="The same star with a text and with a number:",
        code='typed = "12"\nprint(typed * 3)\nprint(int(typed) * 3)',
        after="The first line shows a longer text, the second one a product.",
    ),
    remedy="Wrap the value with `int` on line $line, where it comes in.",
    reason="The star gets two numbers, so it multiplies.",
    check="type a small number and work the product out in your head.",
)

FUNCTION_IN_PLACE_OF_RESULT = Lesson(
    question=(
        "Print $name alone, without anything behind it. Is that the answer which the function works out, or something "
        "else? Which of the two does this line need?"
    ),
    concept=(
        "A function and its answer are two things. The name alone stands for the function; only with round brackets "
        "behind the name does it run and give its answer. On line $line $name is used as it stands, so the "
        "function itself is handed on, and it never runs."
    ),
    picture="A recipe is not the cake, however long you look at it.",
    precise="The expression evaluates to the function object; calling it is a separate operation.",
    place="It stands for the function, not for its answer.",
    plan=(
        "Say which value this line needs.",
        "Look at the header of the function: what does it want to be given?",
        "Recall how a function is told to run, and do that here.",
    ),
    example=Example(
        before="The function, and its answer:",
        code="def wage():\n    return 12 * 8\n\n\nprint(wage)\nprint(wage())",
        after="The first line shows where the function is, the second what it gives.",
    ),
    remedy="On line $line call $name, with the values that it needs.",
    reason="The function runs, and its answer is used.",
    check="print what the call gives, on a line of its own.",
)
