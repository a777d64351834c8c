"""Between two values: the operator or comma that is missing, doubled or borrowed from another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.lexing import brackets_of
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, insert, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token

_CONDITIONS = frozenset(("if", "elif", "while", "assert"))
_FOREIGN = {
    "&&": "and",
    "||": "or",
    "=>": ">=",
    "=<": "<=",
    "=!": "!=",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "!": "not ",
}
_BINARY = frozenset(
    ("+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "is", ".", "&", "|", "^")
)


def _comparison(broken: Broken) -> Iterator[Candidate]:
    """Compare where the code assigns: `=` inside a condition."""
    here = broken.here
    signs = [token for token in here if token.text == "="]
    if not signs:
        return
    if here[0].text in _CONDITIONS or (here[0].text == "return" or "if" in [token.text for token in here]):
        start = next((i for i, token in enumerate(here) if token.text in (*_CONDITIONS, "return")), 0)
        loose = [token for token in signs if token.start > here[start].start]
        in_call = set(_keyword_signs(here))
        wrong = [token for token in loose if token not in in_call] or loose
        first = wrong[0]
        expression = _around(broken, here, first)
        changes = tuple(replace_token(token, "==") for token in wrong)
        facts = {"sign": Code("="), "word": Code(here[start].text)}
        yield Candidate(line=first.line, cost=0.7, changes=changes, expression=expression, facts=facts)
        if here[-1].text != ":" and here[0].text in _CONDITIONS:
            yield Candidate(
                line=first.line,
                cost=0.75,
                changes=(*changes, insert(here[-1].end, ":")),
                expression=expression,
                facts=facts,
            )


def _two_assignments(broken: Broken) -> Iterator[Candidate]:
    """Find a comma between two assignments on one line."""
    here = broken.here
    signs = [i for i, token in enumerate(here) if token.text == "=" and not brackets_of(here[:i]).unclosed]
    if len(signs) < 2 or here[0].kind != "name":  # noqa: PLR2004 - two assignments
        return
    at = signs[1]
    if at >= 2 and here[at - 2].text == ",":  # noqa: PLR2004 - comma, name, sign
        yield Candidate(
            line=broken.fault.line,
            cost=0.6,
            changes=(replace_token(here[at - 2], ";"),),
            expression=broken.span(here[0], here[-1]),
            facts={"name": Code(here[at - 1].text)},
        )


def _around(broken: Broken, here: list[Token], sign: Token) -> str:
    """Give the comparison around a sign, up to the next word or bracket that ends it."""
    at = here.index(sign)
    left, right = at, at
    depth = 0
    while left > 0 and (
        depth or here[left - 1].text not in ("if", "elif", "while", "and", "or", "not", "return", "(", ",", "assert")
    ):
        left -= 1
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(here[left].text, 0)
    depth = 0
    while right < len(here) - 1 and (depth or here[right + 1].text not in ("and", "or", ":", ")", ",", "else", "if")):
        right += 1
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(here[right].text, 0)
    return broken.span(here[left], here[right])


def _keyword_signs(here: list[Token]) -> Iterator[Token]:
    """Give the `=` that name an argument of a call."""
    stack: list[bool] = []
    for index, token in enumerate(here):
        if token.text == "(":
            stack.append(index > 0 and here[index - 1].kind == "name")
        elif token.text == ")" and stack:
            stack.pop()
        elif token.text == "=" and stack and stack[-1] and here[index - 2].text in ("(", ","):
            yield token


def _in_call(broken: Broken) -> Iterator[Candidate]:
    """Find an `=` in a call that names no argument."""
    signs = [token for token in broken.here if token.text == "="]
    named = set(_keyword_signs(broken.here))
    for sign in signs:
        if sign.column < broken.fault.column:
            continue
        at = broken.here.index(sign)
        if not brackets_of(broken.here[:at]).unclosed:
            continue
        if sign in named and broken.here[at - 1].kind == "name":
            continue
        strings = any(token.kind == "string" for token in broken.here[max(at - 1, 0) : at + 2])
        facts = {"sign": Code("="), "word": Code(broken.here[0].text)}
        expression = _around(broken, broken.here, sign)
        yield Candidate(
            line=sign.line,
            cost=1 if strings else 1.5,
            changes=(replace_token(sign, "+"),),
            expression=expression,
            facts=facts,
        )
        yield Candidate(
            line=sign.line, cost=1.2, changes=(replace_token(sign, "=="),), expression=expression, facts=facts
        )


def _adjacent(broken: Broken) -> Iterator[tuple[Token, Token]]:
    """Give the pairs of neighbours on the line that lack something between, the nearest to the fault first."""
    tokens = broken.here
    pairs = [
        (left, right)
        for left, right in zip(tokens, tokens[1:], strict=False)
        if left.is_operand_end
        and right.is_operand_start
        and right.text not in ("(", "[")
        and not (left.kind == "string" and right.kind == "string")
    ]
    yield from sorted(pairs, key=lambda pair: abs(pair[1].column - broken.fault.column))


def _missing_between(broken: Broken) -> Iterator[Candidate]:
    """Put the likeliest operator or comma between two values."""
    if broken.brackets.unclosed and any(token.line <= broken.fault.line for token in broken.brackets.unclosed):
        penalty = 1.0
    else:
        penalty = 0.0
    for left, right in list(_adjacent(broken))[:4]:
        facts = {"left": Code(left.text), "right": Code(right.text)}
        expression = broken.span(left, right)
        inside = [token for token in broken.here if token.start < left.end]
        unclosed = brackets_of(inside).unclosed
        options = _likely_between(left, right, in_bracket=bool(unclosed))
        if not unclosed and broken.here[0].text in _CONDITIONS:
            options = ["and", "==", *(option for option in options if option not in ("=", ",", "and", "=="))]
        repeated = [token for token in broken.here if token.kind in ("name", "string")]
        unknown = sum(
            1
            for token in (left, right)
            if token.kind == "name" and sum(t.text == token.text for t in broken.tokens) == 1
        )
        if unknown == 2 and len(repeated) > 3:  # noqa: PLR2004 - prose: several words that the program never uses
            continue
        for rank, text in enumerate(options):
            yield Candidate(
                line=left.line,
                cost=1 + penalty + rank / 10 + unknown * 0.2,
                changes=(insert(left.end, _spaced(text, left, right)),),
                expression=expression,
                facts=facts,
            )


def _spaced(sign: str, left: Token, right: Token) -> str:
    if sign == ",":
        return sign
    if left.end == right.start:
        return f" {sign} " if sign.isalpha() else sign
    return f" {sign}"


def _likely_between(left: Token, right: Token, *, in_bracket: bool) -> list[str]:
    if left.kind == "string":
        inner = left.text.strip("'\"")
        if right.kind in ("name", "number") and len(inner) == 1 and not inner.isalnum() and not inner.isspace():
            return ["*", ",", "+"]
        if inner.endswith((" ", ":", ",")) and not inner.endswith(", "):
            return ["+", ",", "%"] if inner.endswith(" ") else [",", "+", "%"]
        return [",", "+", "%"] if in_bracket else ["+", ",", "%"]
    if right.kind == "string":
        return [",", "+"] if in_bracket else ["+", ","]
    if left.kind == "number" or left.text == ")":
        return ["*", ",", "+", "and"]
    return [",", "+", "*", "and", "=="] if in_bracket else ["=", "+", ",", "and", "=="]


def _foreign_operator(broken: Broken) -> Iterator[Candidate]:
    """Turn an operator of another language into Python's."""
    lines = [broken.fault.line]
    for line in lines:
        tokens = broken.on(line)
        changes: list[Change] = []
        wrote: list[str] = []
        index = 0
        while index < len(tokens):
            for length in (3, 2, 1):
                run = tokens[index : index + length]
                text = "".join(token.text for token in run)
                touching = all(a.end == b.start for a, b in zip(run, run[1:], strict=False))
                if len(run) == length and touching and text in _FOREIGN and run[0].kind in ("operator", "other"):
                    if text == "=>" or text == "=<" or text != "!" or index + 1 < len(tokens):
                        blank = " " if _FOREIGN[text].isalpha() and run[0].start == tokens[index - 1].end else ""
                        changes.append(Change(run[0].start, run[-1].end, blank + _FOREIGN[text]))
                        wrote.append(text)
                    index += length - 1
                    break
            index += 1
        if changes:
            yield Candidate(
                line=line,
                cost=0.8,
                changes=tuple(changes),
                expression=wrote[0],
                facts={"sign": Code(wrote[0]), "meant": Code(_FOREIGN[wrote[0]].strip())},
            )


def _increment(broken: Broken) -> Iterator[Candidate]:
    """Count up or down with `+=` and `-=` in place of `++` and `--`."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index in range(1, len(tokens) - 1):
            first, second = tokens[index], tokens[index + 1]
            if first.text == second.text and first.text in ("+", "-") and first.end == second.start:
                after = tokens[index + 2 :]
                if after and after[0].text not in (";", ")", ":"):
                    continue
                name = tokens[index - 1]
                yield Candidate(
                    line=line,
                    cost=0.7,
                    changes=(Change(first.start, second.end, f" {first.text}= 1"),),
                    expression=broken.span(name, second),
                    facts={"sign": Code(first.text * 2), "name": Code(name.text)},
                )


def _dangling(broken: Broken) -> Iterator[Candidate]:
    """Take away an operator or comma with nothing on one side."""
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.text == ",":
            before = tokens[index - 1] if index else None
            if before is not None and before.text in ("(", "[", "{", ","):
                facts = {"sign": Code(",")}
                expression = broken.span(before, token)
                yield Candidate(
                    line=token.line, cost=1, changes=(replace_token(token, ""),), expression=expression, facts=facts
                )
        elif token.text in _BINARY and token.kind != "name":
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if (
                after is None
                or after.text in (",", ")", "]", "}", ":")
                or (after.text in _BINARY and after.text not in ("+", "-", "not", ".", "*", "**"))
            ):
                left = tokens[index - 1] if index else token
                facts = {"sign": Code(token.text)}
                yield Candidate(
                    line=token.line,
                    cost=1.1 + (0.0 if broken.at - 1 <= index <= broken.at + 1 else 0.5),
                    changes=(Change(left.end if left is not token else token.start, token.end, ""),),
                    expression=broken.span(left, token),
                    facts=facts,
                )


CAUSES = (
    Cause(
        "syntax.assignment-for-comparison",
        "syntax",
        Lesson(
            question=(
                "This line is about a question that is true or false. Read the sign $sign aloud as Python reads it. "
                "Does it ask whether two things are the same, or does it give a value to a name?"
            ),
            concept=(
                "Python has two signs that look alike. One equals sign is an order: it stores a value under a name. "
                "Asking whether two values are the same is a question, and that has a sign of its own. After $word "
                "Python expects a question. On line $line it finds an order, so it stops."
            ),
            picture="Compare “put the cup on the table” with “is the cup on the table?”: an order and a question.",
            precise="An assignment is a statement and has no value, so the grammar does not allow it inside a condition.",
            place="That is meant as a question, but it is written as an order.",
            plan=(
                "Find every place in the condition where two values are meant to be compared.",
                "Look up the sign for “is equal to” among the comparison signs, next to `<` and `>`.",
                "Use that sign at each of these places, and keep the single sign for storing values only.",
            ),
            example=Example(
                "The first line stores a value, the second one asks about it:",
                'password = "tulip"\nprint(password == "rose")',
                "The single sign gave `password` its value. The double sign compared it and gave `False`, and changed nothing.",
            ),
            remedy="Use `==` in place of `=` in the condition on line $line.",
            reason="`==` asks whether both sides are equal and gives `True` or `False`, which is what $word needs.",
            check="run the program twice, once with values that are equal and once with values that differ, and see both ways.",
        ),
        on("^invalid syntax", "cannot assign to", "expected ':'", "expression cannot contain assignment"),
        _comparison,
    ),
    Cause(
        "syntax.two-assignments-on-a-line",
        "syntax",
        Lesson(
            question=(
                "How many names should get a value on this line? Read it aloud, with “gets” for each equals sign. What does the comma "
                "before $name part: two values, or two statements?"
            ),
            concept=(
                "A comma makes a group of values, it does not end a statement. So on line $line Python reads all that stands between the two "
                "equals signs as one group, and a group with a sum or a call in it cannot take a value. Two assignments are two statements, "
                "and each usually has a line of its own."
            ),
            picture="It is like two sentences with only a comma between them: the reader runs them together.",
            precise="`a = x, b = y` parses as a chained assignment whose middle target is the tuple `x, b`.",
            place="Two assignments are written as one statement there.",
            plan=(
                "Find the end of the first assignment.",
                "Start a new line there, at the same left edge.",
                "Write the assignment of $name on it.",
            ),
            example=Example(
                "One statement on each line:",
                'crew = 3\nship = "Vega"\nprint(crew, ship)',
                "Each line has one equals sign and one name that gets a value.",
            ),
            remedy="On line $line begin a new line before $name.",
            reason="Each statement stands on its own. A semicolon parts two statements on one line; a new line is easier to read.",
            check="print both names after the two lines.",
        ),
        on("^invalid syntax", "cannot assign"),
        _two_assignments,
    ),
    Cause(
        "syntax.assignment-in-call",
        "syntax",
        Lesson(
            question=(
                "Look inside the brackets of this call. What should the sign $sign do there: name one of the settings of "
                "the call, or do something with the values on its two sides?"
            ),
            concept=(
                "Inside the brackets of a call one equals sign has a single use: on its left stands the name of a "
                "parameter, on its right the value for it. On line $line the left side is not a plain name, so Python "
                "cannot take it as a parameter, and a call is no place to store a value."
            ),
            picture="It is like a form with fields: you can fill in a field that exists, but not write over a sum.",
            precise="A keyword argument is NAME '=' expression; any other left side is rejected by the parser.",
            place="The left side of $sign there is a value, not the name of a parameter.",
            plan=(
                "Say in words what should happen with the two sides: be joined, compared, or listed one after the other.",
                "Think of the sign that stands for exactly that.",
                "Put that sign in the place of $sign, and leave both sides as they are.",
            ),
            example=Example(
                "This call has two values and one named setting:",
                'print("3", "4", sep=":")',
                "`sep` is a parameter of `print`, so an equals sign may follow it. The two texts are plain values, "
                "parted by commas.",
            ),
            remedy="On line $line use the sign for what you mean in place of $sign: `+` to join, `==` to compare.",
            reason="The call now gets one value that is worked out from both sides, where before it got half an order.",
            check="print the two sides on their own first, then run the line and compare the result with what you expect.",
        ),
        on("expression cannot contain assignment", "^invalid syntax. Maybe you meant"),
        _in_call,
    ),
    Cause(
        "syntax.nothing-between-values",
        "syntax",
        Lesson(
            question=(
                "Here two values stand side by side: $left and then $right. What do you want Python to do with the two, "
                "and which character in your line tells it so?"
            ),
            concept=(
                "Python never guesses what two neighbouring values have to do with each other. Between them there must "
                "be a sign: a comma when they are two separate items, an operator when they make one new value. On line "
                "$line nothing stands between $left and $right."
            ),
            picture="In maths class “2 x” can mean “2 times x”; Python wants the “times” written out.",
            precise="Juxtaposition has no meaning in the grammar, except between string literals.",
            place="There is a gap in it that needs a sign.",
            plan=(
                "Say in words what should happen with the two neighbours: joined, multiplied, or listed one by one.",
                "Choose the one sign that says this.",
                "Put it in the gap, and check whether other lines of your program have the same gap.",
            ),
            example=Example(
                "Two ways to show a text and a number, each with its sign:",
                'floors = 12\nprint("floors:", floors)\nprint("-" * floors)',
                "The comma hands two items to `print`; the star makes one longer text out of a short one.",
            ),
            remedy="Put the sign that you mean between $left and $right on line $line.",
            reason="With a sign between them Python knows how $left and $right belong together.",
            check="run the program and read what the line gives, blanks included. Then look for the same gap on other lines.",
        ),
        on("^invalid syntax", "invalid decimal literal"),
        _missing_between,
    ),
    Cause(
        "syntax.operator-of-another-language",
        "syntax",
        Lesson(
            question=(
                "One sign on this line, $sign, is at home in other languages or on paper. Which word or sign does Python "
                "use for the same idea? Your notes or an earlier program may have an example."
            ),
            concept=(
                "Each language has its own spelling for “and”, “or”, “not”, “at least” and “different from”. Python uses "
                "short English words for the first three, and writes comparison signs in one fixed order. On line "
                "$line $sign is not one of Python's signs."
            ),
            picture="It is like a word from another language: the idea is right, but the listener does not know it.",
            precise="The tokenizer splits $sign into signs that it knows, and the parser finds no expression between them.",
            place="The idea behind it is fine; only its spelling is not Python's.",
            plan=(
                "Say the condition aloud in plain words.",
                "Find Python's spelling for the word that $sign stands for.",
                "Swap it at every place on the line, and leave the two sides as they are.",
            ),
            example=Example(
                "A condition with two parts, in Python's spelling:",
                "age = 15\nfare = 2.5\nprint(age >= 12 and fare != 0)",
                "The parts are joined by the word `and`, “at least” is written with the equals sign last, and “different "
                "from” starts with an exclamation mark.",
            ),
            remedy="Write $meant in place of $sign on line $line.",
            reason="$meant is Python's spelling for what $sign means elsewhere.",
            check="run the program with one value for which the condition holds and one for which it does not.",
        ),
        on("^invalid syntax", "cannot assign", "expected ':'"),
        _foreign_operator,
    ),
    Cause(
        "syntax.increment-sign",
        "syntax",
        Lesson(
            question=(
                "What should happen to $name on this line: how does its value differ before and after? Does Python have "
                "$sign as a sign of its own, or have you seen it in another language?"
            ),
            concept=(
                "In some languages $sign changes a variable by one. Python has no such sign: it reads two separate signs "
                "and waits for a value after them. To change a variable, Python stores a new value under its name, and "
                "on line $line that new value is never written down."
            ),
            picture="Think of a scoreboard: someone has to say by how much the score changes.",
            precise="`+` and `-` are also unary operators, so $sign parses as two of them that still lack an operand.",
            place="Python reads it as two signs that wait for a value.",
            plan=(
                "Say by how much $name should change.",
                "Recall the assignment that takes the old value, changes it, and stores it again.",
                "Write that statement for $name in place of $sign.",
            ),
            example=Example(
                "Here a counter goes down by two each time:",
                "candles = 10\nwhile candles > 4:\n    candles -= 2\nprint(candles)",
                "`-=` takes the old value, subtracts, and stores the result under the same name.",
            ),
            remedy="Write the change of $name on line $line with `+=` or `-=` and the amount.",
            reason="The statement now says by how much $name changes, and stores the new value under the same name.",
            check="print $name before and after the line: the two numbers should differ by one.",
        ),
        on("^invalid syntax"),
        _increment,
    ),
    Cause(
        "syntax.sign-without-value",
        "syntax",
        Lesson(
            question=(
                "Read this line from left to right and stop at $sign. Every operator and every comma needs something on "
                "both sides. What stands right before it, and what right after it?"
            ),
            concept=(
                "A sign such as $sign connects the thing before it with the thing after it. On line $line one of the two "
                "is missing, so Python cannot work out a value. Either something was forgotten, or the sign is a left-over "
                "from an earlier version of the line."
            ),
            picture="It is like a bridge that has only one bank.",
            precise="A binary operator needs two operands, and a list of arguments allows no empty item.",
            place="There $sign has nothing on one of its sides.",
            plan=(
                "Ask what you wanted on the empty side of $sign.",
                "If there is such a value, find its name in your program.",
                "If there is none, the sign itself is the part that does not belong there.",
            ),
            example=Example(
                "Each comma here stands between two items:",
                'day = "Monday"\nhour = 9\nprint(day, "at", hour)',
                "Three items need two commas. One comma more, right after the bracket, would announce an item that never comes.",
            ),
            remedy="On line $line give $sign its missing value, or take the sign away.",
            reason="No sign is left that waits for a value, so the line is complete.",
            check="run the program and compare what the line gives with what you wanted; if a value is missing there, add it.",
        ),
        on("^invalid syntax"),
        _dangling,
    ),
)
