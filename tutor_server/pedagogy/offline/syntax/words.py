"""Words at the wrong place: mistyped keywords, keywords as names, statements of other languages, plain prose."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.lexing import OPENERS, brackets_of
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, insert, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token

_ALIASES = {
    **dict.fromkeys(("elseif", "elsif", "elif", "elf", "ifelse"), "elif"),
    **dict.fromkeys(("function", "func", "fun", "fn", "define", "sub", "void"), "def"),
    **dict.fromkeys(("foreach", "fro", "foor", "forr", "fir"), "for"),
    **dict.fromkeys(("catch", "expect", "exept"), "except"),
    **dict.fromkeys(("whilst", "until"), "while"),
    **dict.fromkeys(("amd", "adn", "nad"), "and"),
    **dict.fromkeys(("throw",), "raise"),
    **dict.fromkeys(("include", "using", "require"), "import"),
    **dict.fromkeys(("ro", "oder"), "or"),
}
_STARTERS = (
    "if",
    "elif",
    "else",
    "for",
    "while",
    "def",
    "class",
    "return",
    "import",
    "from",
    "try",
    "except",
    "with",
    "del",
)
_INFIX = ("and", "or", "not", "in", "is", "if", "else", "for")


def _mistyped(broken: Broken) -> Iterator[Candidate]:
    """Find a word that is nearly a keyword, at the line's start or between two values."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens):
            if token.kind != "name":
                continue
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            before = tokens[index - 1] if index else None
            if before is None:
                if after is None or not (after.is_operand_start or after.kind == "keyword" or after.text == ":"):
                    continue
                if after.text == "(" and not tokens[-1].text == ":":
                    continue
                meant = _meant(token.text, _STARTERS)
            elif before.is_operand_end and after is not None and (after.is_operand_start or after.text == "not"):
                meant = _meant(token.text, _INFIX)
            else:
                continue
            if meant:
                yield Candidate(
                    line=line,
                    cost=0.6 if line == broken.fault.line else 1.4,
                    changes=(replace_token(token, meant),),
                    expression=token.text,
                    facts={"word": Code(token.text), "meant": Code(meant)},
                )


def _meant(word: str, choices: tuple[str, ...]) -> str | None:
    lowered = word.lower()
    if _ALIASES.get(lowered) in choices:
        return _ALIASES[lowered]
    if lowered in choices:
        return lowered
    close = get_close_matches(lowered, choices, 1, 0.7 if len(lowered) > 3 else 0.66)  # noqa: PLR2004 - short words differ by one letter in three
    return close[0] if close else None


def _else_with_condition(broken: Broken) -> Iterator[Candidate]:
    """Find `else if`, and a condition after `else`."""
    tokens = broken.here
    if not tokens or tokens[0].text != "else" or len(tokens) < 3:  # noqa: PLR2004 - else, condition, colon
        return
    second = tokens[1]
    facts = {"words": Code("else if" if second.text == "if" else "else")}
    expression = broken.span(tokens[0], tokens[-2] if tokens[-1].text == ":" else tokens[-1])
    tail = () if tokens[-1].text == ":" else (insert(tokens[-1].end, ":"),)
    if second.text == "if":
        yield Candidate(
            line=broken.fault.line,
            cost=0.5,
            changes=(Change(tokens[0].start, second.end, "elif"), *tail),
            expression=broken.span(tokens[0], second),
            facts=facts,
        )
    elif second.text != ":":
        yield Candidate(
            line=broken.fault.line,
            cost=0.9,
            changes=(replace_token(tokens[0], "elif"), *tail),
            expression=expression,
            facts=facts,
        )


def _print_statement(broken: Broken) -> Iterator[Candidate]:
    """Give `print` its brackets."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens[:-1]):
            if token.text not in ("print", "exec") or tokens[index + 1].text == "(":
                continue
            if index and tokens[index - 1].text not in (":", ";", "else"):
                continue
            end = len(tokens) - 1
            stop = next((i for i in range(index + 1, len(tokens)) if tokens[i].text == ";"), end + 1) - 1
            last = tokens[stop]
            close = "".join(OPENERS[opener.text] for opener in reversed(brackets_of(tokens[index : stop + 1]).unclosed))
            yield Candidate(
                line=line,
                cost=0.5 if "parentheses" in broken.fault.message else 1.2,
                changes=(Change(token.end, tokens[index + 1].start, "("), insert(last.end, close + ")")),
                expression=broken.span(token, last),
                facts={"name": Code(token.text)},
            )


def _keyword_as_name(broken: Broken) -> Iterator[Candidate]:
    """Find a keyword where a name should stand."""
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.kind != "keyword":
            continue
        before = tokens[index - 1].text if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        is_target = (
            (not before and after in ("=", ".", "+=", "[", ","))
            or before in ("for", "def", "class", "as", "global")
            and after in ("in", "(", ":", ",", "", ")")
        )
        is_parameter = before in ("(", ",") and after in (",", ")", "=") and token.text not in ("None", "True", "False")
        if is_target or is_parameter:
            same = [
                other
                for other in broken.tokens
                if other.text == token.text and (other is token or other.line == token.line)
            ]
            yield Candidate(
                line=token.line,
                cost=0.7,
                changes=tuple(replace_token(other, f"{token.text}_") for other in same[:3]),
                expression=token.text,
                facts={"word": Code(token.text)},
            )


def _prose(broken: Broken) -> Iterator[Candidate]:
    """Find a line of plain words that should be a comment or a text."""
    line = broken.fault.line
    tokens = broken.on(line)
    if tokens and tokens[0].kind != "keyword":
        words = [token for token in tokens if token.kind in ("name", "keyword")]
        used = {token.text for token in broken.tokens if token.line != line}
        new = [token for token in words if token.text not in used and token.kind == "name"]
        run = _longest_run(tokens)
        if len(run) >= 3 and len(new) >= 2 and not any(t.text in ("=", "(") for t in tokens[:2]):  # noqa: PLR2004 - three words in a row are a sentence
            yield Candidate(
                line=line,
                cost=0.9,
                changes=(insert(tokens[0].start, "# "),),
                expression=broken.text(line).strip(),
                facts={"words": Code(broken.span(run[0], run[-1]))},
            )


def _text_without_quotes(broken: Broken) -> Iterator[Candidate]:
    """Find words inside a call that lack their quote marks."""
    tokens = broken.here
    run = _longest_run(tokens)
    if len(run) < 2:  # noqa: PLR2004 - one word alone could be a name
        return
    known = {token.text for token in broken.tokens if token.line != broken.fault.line}
    at = tokens.index(run[0])
    if (
        at
        and tokens[at - 1].text in ("(", ",", "=", "+", "==", "[")
        and sum(t.text not in known for t in run) >= len(run) - 1
    ):
        last = tokens.index(run[-1])
        while last + 1 < len(tokens) and tokens[last + 1].kind == "other":
            last += 1
        yield Candidate(
            line=broken.fault.line,
            cost=0.85,
            changes=(insert(run[0].start, '"'), insert(tokens[last].end, '"')),
            expression=broken.span(run[0], tokens[last]),
            facts={"words": Code(broken.span(run[0], tokens[last]))},
        )


def _longest_run(tokens: list[Token]) -> list[Token]:
    best: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if token.kind == "name" or (token.kind == "keyword" and run):
            run.append(token)
            best = max(best, run, key=len)
        else:
            run = []
    return list(best)


CAUSES = (
    Cause(
        "syntax.mistyped-keyword",
        "syntax",
        Lesson(
            question=(
                "Read the word $word letter by letter. Which of Python's own words did you want there? Compare its "
                "spelling, small and big letters included, with a line that works or with your notes."
            ),
            concept=(
                "Python knows about thirty-five words of its own, called keywords, and builds its statements from them. "
                "Each has one exact spelling. $word on line $line is not among them, so Python takes it for a name that "
                "you made up, and then the rest of the line makes no sense to it."
            ),
            picture="It is like a magic word in a story: with one letter wrong the door stays shut.",
            precise="Keywords are reserved and case sensitive; any other identifier is an ordinary NAME token.",
            place="It stands where a keyword has to stand.",
            plan=(
                "Say what this line should do: repeat, decide, define, or give back.",
                "Recall the keyword that begins or joins such a statement.",
                "Compare it with what stands there, letter by letter.",
            ),
            example=Example(
                "Three keywords in two lines, each in its exact spelling:",
                'seats = ["A1", "B2"]\nfor seat in seats: print(seat)\nprint("A1" in seats and not "C3" in seats)',
                "`for`, `in`, `and` and `not` are all small letters, and most editors give them a colour of their own.",
            ),
            remedy="Write the keyword $meant in place of $word on line $line.",
            reason="With the exact spelling Python recognises the statement that begins or goes on there.",
            check="your editor should now give the word the colour of a keyword. Then run the program.",
        ),
        on("^invalid syntax", "expected ':'", "Perhaps you forgot a comma"),
        _mistyped,
    ),
    Cause(
        "syntax.else-with-condition",
        "syntax",
        Lesson(
            question=(
                "This line continues a decision, and it asks a new question as well. What does $words on its own mean in "
                "Python? Which word does Python have for “if not that, then maybe this”?"
            ),
            concept=(
                "A decision has one first question, any number of further questions, and at the end perhaps a part for "
                "all that is left. Python has one word for each of the three. The last one takes no question, since it "
                "catches the rest. On line $line $words is followed by a condition, so the two are mixed up."
            ),
            picture="It is like “otherwise, if it rains”: a new condition needs its own word.",
            precise="`else` takes only a suite; a further test is a separate clause with a keyword of its own.",
            place="There is a condition where none can stand.",
            plan=(
                "Decide whether this part should ask a question or catch all that is left.",
                "If it asks, recall the single word for a further question.",
                "If it catches the rest, the condition is the part that does not belong there.",
            ),
            example=Example(
                "One decision with three ways:",
                'degrees = 12\nif degrees > 25: print("hot")\nelif degrees > 10: print("mild")\nelse: print("cold")',
                "The second way asks a question of its own with `elif`; the last one catches the rest.",
            ),
            remedy="Write `elif` in place of $words on line $line, or take the condition away.",
            reason="`elif` asks a further question, only when the questions before it were answered with no.",
            check="run the program with one value for each way and see that exactly one of them is taken.",
        ),
        on("^invalid syntax", "expected ':'"),
        _else_with_condition,
    ),
    Cause(
        "syntax.print-without-brackets",
        "syntax",
        Lesson(
            question=(
                "What kind of thing is $name in Python 3: a word of the language, or a function that you call? How do "
                "you hand a value to any other function, such as `len`?"
            ),
            concept=(
                "In Python 3 $name is a function like any other. A function is called by its name, followed by round "
                "brackets around what it gets. On line $line the brackets are absent, the way people wrote it in Python "
                "2 many years ago. Then the name and the value simply stand side by side, which means nothing."
            ),
            picture="The brackets are like the slot of a letter box: what goes in must be put through it.",
            precise="The print statement went with PEP 3105; as a function it takes `sep`, `end` and `file`.",
            place="The function and what it should get stand side by side.",
            plan=(
                "Find where the values for $name begin and where they end.",
                "Recall how a function call encloses its values.",
                "Do the same here, and look for other lines of your program with the same form.",
            ),
            example=Example(
                "A function gets its values between brackets, however many there are:",
                'steps = 8200\nlongest = max(steps, 7000)\nprint("steps today:", steps, longest)',
                "`max` and `print` are called in the same way: name, opening bracket, values, closing bracket.",
            ),
            remedy="Put round brackets around everything after $name on line $line.",
            reason="The brackets make the line a call, and everything between them is handed to $name.",
            check="run the program and see the value appear. Old examples on the web often lack these brackets.",
        ),
        on("Missing parentheses in call", "^invalid syntax"),
        _print_statement,
    ),
    Cause(
        "syntax.keyword-as-name",
        "syntax",
        Lesson(
            question=(
                "Look at the word $word. Your editor probably gives it another colour than your own names. Which job "
                "does Python keep this word for, and can it be the name of something as well?"
            ),
            concept=(
                "Some words belong to Python itself: it keeps them for its statements and they cannot name a variable, a "
                "function or a parameter. $word is one of them. On line $line it stands where a name of your own "
                "should stand, so Python starts to read another kind of statement."
            ),
            picture="It is like calling a street “Stop”: every driver would misread the sign.",
            precise="Reserved keywords are never NAME tokens; `keyword.kwlist` lists them.",
            place="This word belongs to Python.",
            plan=(
                "Say in a word or two what the thing stands for.",
                "Choose a name from that which is not coloured as a keyword.",
                "Use the new name everywhere that you meant this thing.",
            ),
            example=Example(
                "A name that is close to a keyword, but free:",
                'klass = "7b"\nlesson_from = 8\nprint(klass, lesson_from)',
                "`klass` stands for a school class, and `lesson_from` for a start, without using Python's own words.",
            ),
            remedy="Choose another name for $word on line $line and wherever you use it.",
            reason="The new name is not reserved, so Python can bind it to your value.",
            check="search the program for the old word: every place that meant your own thing needs the new name.",
        ),
        on("^invalid syntax", "cannot assign to", "expected"),
        _keyword_as_name,
    ),
    Cause(
        "syntax.prose-in-code",
        "syntax",
        Lesson(
            question=(
                "Is this line meant for Python, or for a person who reads the program? How does Python tell a note for "
                "people from an order that it has to carry out?"
            ),
            concept=(
                "Python tries to carry out every line that it reads. Words such as $words look to it like names in a row "
                "without any sign between them. A note for people must be marked, so that Python skips it. On line $line "
                "that mark is absent."
            ),
            picture="It is like talking to someone on stage: the audience does not know that this is not part of the play.",
            precise="The tokenizer drops everything from a number sign to the end of the line; nothing else is skipped.",
            place="Python reads these words as code.",
            plan=(
                "Decide whether the line is a note, or a text that the program should show.",
                "For a note, recall the sign that starts a comment.",
                "For a text to show, recall `print` and the quote marks.",
            ),
            example=Example(
                "A note for people above an order for Python:",
                '# ask for the name of the ship\nship = "Argo"\nprint(ship)',
                "Python skips the first line from the number sign on, and goes on with the second.",
            ),
            remedy="Write `#` at the start of line $line.",
            reason="From the number sign on Python skips the line, so the words are a note for people only.",
            check="your editor should give the line the colour of a comment. Then run the program.",
        ),
        on("^invalid syntax"),
        _prose,
    ),
    Cause(
        "syntax.text-without-quotes",
        "syntax",
        Lesson(
            question=(
                "What are the words $words on this line for Python: names of things in your program, or a text to show? "
                "How does Python see the difference?"
            ),
            concept=(
                "A word in a program is taken as a name, unless it stands between quote marks; then it is a text. On line "
                "$line the words $words stand there bare. Python takes each for a name, finds several in a row, and does "
                "not know what they have to do with each other."
            ),
            picture="It is like the title of a book in a sentence: marks around it show that it is a title.",
            precise="Without quotes each word is a NAME token, and two of them in a row are no expression.",
            place="These words are meant to be read by people, but Python takes them for names.",
            plan=(
                "Find the first and the last character of the text that people should read.",
                "Recall the marks that a text needs at both ends.",
                "Put them there, the same kind on both sides.",
            ),
            example=Example(
                "A text and a name in one call:",
                'planet = "Mars"\nprint("next stop is", planet)',
                "The words with marks are shown as they are; `planet` has none, so its value is shown.",
            ),
            remedy="Put quote marks around $words on line $line.",
            reason="Between quote marks the words are one text, and Python no longer looks for names in it.",
            check="the words should now have the colour of a string in your editor. Run the program and read them.",
        ),
        on("^invalid syntax", "Perhaps you forgot a comma"),
        _text_without_quotes,
    ),
)
