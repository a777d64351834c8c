"""Headers and their blocks: the colon, the indentation, and an `else` without its `if`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.lexing import brackets_of
from tutor_server.pedagogy.offline.syntax.broken import HEADERS, Broken, Candidate, Cause, Change, insert, on

if TYPE_CHECKING:
    from collections.abc import Iterator

_AFTER = re.compile(r"after (.*?) on line (\d+)")
_CONTINUES = {
    "else": ("if", "elif", "for", "while", "try", "except"),
    "elif": ("if", "elif"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
}


def _missing_colon(broken: Broken) -> Iterator[Candidate]:
    """End a header line with its colon."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        if not tokens or tokens[0].text not in HEADERS or tokens[-1].text == ":":
            continue
        unclosed = brackets_of(tokens).unclosed
        end = tokens[-1]
        facts = {"header": Code(tokens[0].text)}
        expression = broken.text(line)[tokens[0].column : end.column + len(end.text)]
        yield Candidate(
            line=line,
            cost=0.8 if "expected ':'" in broken.fault.message else 1.2,
            changes=(
                insert(end.end, "".join({"(": ")", "[": "]", "{": "}"}[b.text] for b in reversed(unclosed)) + ":"),
            ),
            expression=expression,
            facts=facts,
        )
        if end.text in (";", ",", ".", "{"):
            yield Candidate(
                line=line, cost=0.9, changes=(Change(end.start, end.end, ":"),), expression=expression, facts=facts
            )
        at = broken.at if line == broken.fault.line else 0
        if 0 < at < len(tokens) and tokens[at].start > tokens[0].start:
            yield Candidate(
                line=line,
                cost=1.1 if "expected ':'" in broken.fault.message else 2.5,
                changes=(insert(tokens[at - 1].end, ":"),),
                expression=expression,
                facts=facts,
            )


def _empty_block(broken: Broken) -> Iterator[Candidate]:
    """Move the lines that follow a header into its block."""
    match = _AFTER.search(broken.fault.message)
    header = int(match[2]) if match else broken.code_above(broken.fault.line)
    kind = match[1].removesuffix(" statement").removesuffix(" definition").strip("'") if match else "header"
    facts = {"header": Code(broken.text(header).strip()), "kind": kind}
    first = broken.code_below(header)
    margin = broken.indent(header)
    after = broken.code_below(first) if first else 0
    fell_out = (
        bool(after)
        and _continues(broken, after)
        and len(broken.indent(after)) >= len(margin) > len(broken.indent(first))
    )
    if fell_out:
        offset = broken.offset(first)
        yield Candidate(
            line=first,
            cost=0.9,
            changes=(Change(offset, offset + len(broken.indent(first)), margin + _step(broken)),),
            expression=broken.text(first).strip(),
            facts=facts,
        )
    if not first or (len(broken.indent(first)) < len(margin)) or _continues(broken, first):
        yield Candidate(line=header, cost=1, facts=facts, expression=broken.text(header).strip())
        step = _step(broken)
        yield Candidate(
            line=header,
            cost=1.4,
            changes=(insert(broken.offset(header) + len(broken.text(header)), f"\n{margin}{step}pass"),),
            facts=facts,
            expression=broken.text(header).strip(),
        )
        return
    step = _step(broken)
    for count, last in enumerate(_same_block(broken, first, margin), 1):
        changes = tuple(
            Change(broken.offset(line), broken.offset(line) + len(margin), margin + step)
            for line in sorted(broken.by_line)
            if first <= line <= last and broken.text(line).startswith(margin)
        )
        yield Candidate(
            line=first,
            cost=1 + count / 100,
            changes=changes,
            expression=broken.text(first).strip(),
            facts=facts,
        )


def _same_block(broken: Broken, first: int, margin: str) -> list[int]:
    """Give where the block could end: first the longest run up to a line that continues the header, then shorter ones."""
    ends: list[int] = []
    for line in sorted(number for number in broken.by_line if number >= first):
        if len(broken.indent(line)) < len(margin) or (broken.indent(line) == margin and _continues(broken, line)):
            break
        ends.append(line)
    is_continued = bool(ends) and ends[-1] != max(broken.by_line)
    is_function = (
        bool(first)
        and broken.on(broken.code_above(first))[:1] != []
        and broken.on(broken.code_above(first))[0].text in ("def", "class")
    )
    before_blank = [end for end in ends if not broken.text(end + 1).strip()][:1]
    choices = (
        [*before_blank, *ends[-1:], *ends[:1]]
        if is_continued or is_function
        else [*ends[:1], *before_blank, *ends[-1:]]
    )
    return list(dict.fromkeys(choices))[:3]


def _continues(broken: Broken, line: int) -> bool:
    tokens = broken.on(line)
    return bool(tokens) and tokens[0].text in _CONTINUES


def _step(broken: Broken) -> str:
    """Give the indentation that the program uses for one level."""
    indents = [broken.indent(line) for line in broken.by_line if broken.indent(line)]
    if any("\t" in indent for indent in indents):
        return "\t"
    return min(indents, key=len, default="    ")


def _unexpected_indent(broken: Broken) -> Iterator[Candidate]:
    """Move a line, or the run of lines that starts with it, back to its block."""
    line = broken.fault.line
    here = broken.indent(line)
    above = broken.code_above(line)
    wanted = broken.indent(above) if above else ""
    expression = broken.text(line).strip()
    runs = [number for number in sorted(broken.by_line) if number >= line]
    deep = []
    for number in runs:
        if len(broken.indent(number)) < len(here):
            break
        deep.append(number)
    levels = {broken.indent(number) for number in broken.by_line if number < line}
    if len(here) <= len(wanted):
        wanted = max((level for level in levels if len(level) < len(here)), key=len, default="")
    if len(here) > len(wanted):
        for cost, numbers in ((1, deep), (1.1, deep[:1])):
            yield Candidate(
                line=line,
                cost=cost,
                changes=tuple(
                    Change(broken.offset(number), broken.offset(number) + len(here), wanted) for number in numbers
                ),
                expression=expression,
                facts={"above": Code(broken.text(above).strip()) if above else "the start of the file"},
            )


def _unmatched_dedent(broken: Broken) -> Iterator[Candidate]:
    """Line a statement up with one of the blocks around it, the nearest first."""
    line = broken.fault.line
    here = broken.indent(line)
    levels = {broken.indent(number) for number in broken.by_line if number < line}
    tokens = broken.on(line)
    openers = _CONTINUES.get(tokens[0].text, ()) if tokens else ()
    fitting = [
        broken.indent(number)
        for number in sorted(broken.by_line, reverse=True)
        if number < line and broken.on(number)[0].text in openers
    ]
    for level in sorted(levels, key=lambda level: (level not in fitting[:3], abs(len(level) - len(here)), len(level))):
        yield Candidate(
            line=line,
            cost=1 + abs(len(level) - len(here)) / 20 + (0 if level in fitting or not openers else 1),
            changes=(Change(broken.offset(line), broken.offset(line) + len(here), level),),
            expression=broken.text(line).strip(),
            facts={"indent": str(len(here))},
        )


def _tabs_and_spaces(broken: Broken) -> Iterator[Candidate]:
    """Write every tab at a line's start as spaces."""
    line = broken.fault.line
    changes = []
    for number in broken.by_line:
        indent = broken.indent(number)
        if "\t" in indent:
            changes.append(Change(broken.offset(number), broken.offset(number) + len(indent), indent.expandtabs(4)))
    for width in (4, 8):
        yield Candidate(
            line=line,
            cost=width / 4,
            changes=tuple(
                Change(change.start, change.end, broken.code[change.start : change.end].expandtabs(width))
                for change in changes
            ),
            expression=broken.text(line).strip(),
        )
    yield Candidate(line=line, cost=3, expression=broken.text(line).strip())


def _stray_continuation(broken: Broken) -> Iterator[Candidate]:
    """Line an `else` up with its `if`, or move what came between into the block."""
    line = broken.fault.line
    tokens = broken.on(line)
    if not tokens or tokens[0].text not in _CONTINUES:
        return
    word = tokens[0].text
    here = broken.indent(line)
    facts = {"word": Code(word), "partner": Code(_CONTINUES[word][0])}
    seen: set[str] = set()
    for number in sorted((n for n in broken.by_line if n < line), reverse=True):
        level = broken.indent(number)
        if broken.on(number)[0].text in _CONTINUES[word] and level != here and level not in seen:
            seen.add(level)
            yield Candidate(
                line=line,
                cost=1 + abs(len(level) - len(here)) / 50,
                changes=(Change(broken.offset(line), broken.offset(line) + len(here), level),),
                expression=broken.text(line).strip(),
                facts=facts,
            )
    above = broken.code_above(line)
    if above and broken.indent(above) == here and broken.on(above)[0].text not in HEADERS:
        opener = next(
            (
                number
                for number in sorted((n for n in broken.by_line if n < line), reverse=True)
                if broken.indent(number) == here and broken.on(number)[0].text in _CONTINUES[word]
            ),
            0,
        )
        between = [n for n in broken.by_line if opener < n < line and broken.indent(n) == here]
        if opener and between:
            step = _step(broken)
            yield Candidate(
                line=between[0],
                cost=0.95,
                changes=tuple(Change(broken.offset(n), broken.offset(n), step) for n in between),
                expression=broken.text(between[0]).strip(),
                facts=facts,
            )
    yield Candidate(line=line, cost=3, expression=broken.text(line).strip(), facts=facts)


_CHECK_BLOCK = (
    "read down the left edge of your code: every line of a block starts at the same place. Then run it again."
)

CAUSES = (
    Cause(
        "syntax.missing-colon",
        "syntax",
        Lesson(
            question=(
                "This line opens a block: the lines that belong to it come after it, further to the right. How do you "
                "show Python that such a line is complete and that its block starts now? Compare its last character "
                "with another such line of yours, or one in your notes."
            ),
            concept=(
                "A line that begins with $header is a header: it says what the indented lines below it are for. Python "
                "wants a clear sign where the header ends and the block begins, and that sign is one punctuation "
                "mark at the very end. On line $line Python comes to the end of the header and the sign is not there."
            ),
            picture="It is like the mark you write before a list: first you say what the list is, then the mark, then the items.",
            precise="The grammar of a compound statement is header, mark, suite; the parser has no suite without that mark.",
            place="Everything up to its end is the header, and its closing mark is absent.",
            plan=(
                "Go to the very end of the header, after the last bracket or name.",
                "Think of what every header such as $header, `def` or `while` ends with.",
                "Put that one mark there, before any comment, and leave the rest of the line as it is.",
            ),
            example=Example(
                "Each of these headers ends with the same mark, and the block stands below it:",
                "temperature = 31\nwhile temperature > 30:\n    temperature -= 1\nprint(temperature)",
                "The colon after `30` closes the header, so Python knows that the next, indented line is the block.",
            ),
            remedy="Write a colon at the end of line $line.",
            reason="The colon tells Python that the header is complete and that the indented lines below are its block.",
            check=(
                "look at every other header line of your program for the same mark, then run it. The next lines should "
                "be taken as the block of $header."
            ),
        ),
        on("expected ':'", "^invalid syntax", "expected 'else'", "Perhaps you forgot a comma", "cannot assign"),
        _missing_colon,
    ),
    Cause(
        "syntax.empty-block",
        "syntax",
        Lesson(
            question=(
                "The header $header promises a block. Which lines do you want to run as part of it? Look at where those "
                "lines start: how would Python see that they belong to the header and not to the code around it?"
            ),
            concept=(
                "Python reads blocks from the left edge. After a header such as $header the lines that belong to it "
                "must start further to the right, all at the same place. Here the line after the header does not, so "
                "the block is empty, and Python does not allow an empty block."
            ),
            picture="Think of a to-do list: sub-tasks are written a bit to the right, below the task they belong to.",
            precise="The tokenizer emits INDENT when a line is deeper than the one before; the suite must begin with it.",
            place="It follows the header $header, and its left edge decides whether it belongs to that block.",
            plan=(
                "Name the lines that should happen only as part of the header.",
                "Look at how far other blocks of your program are moved to the right.",
                "Give each of those lines the same distance, and leave the lines that come after the block where they are.",
            ),
            example=Example(
                "In this loop two lines belong to the block and one does not:",
                'seats = 2\nwhile seats:\n    seats -= 1\n    print("one seat gone")\nprint("full")',
                "Both lines of the block start four spaces in. The last line starts at the left edge, so it runs once, "
                "after the loop.",
            ),
            remedy="Write at least one line below the header on line $line, moved four spaces to the right of it.",
            reason="The line now starts further to the right than its header, so Python counts it as part of the block.",
            check=_CHECK_BLOCK,
        ),
        on("expected an indented block"),
        _empty_block,
    ),
    Cause(
        "syntax.unexpected-indent",
        "syntax",
        Lesson(
            question=(
                "Compare where this line starts with where the code above it starts. Did a header, such as a loop or an "
                "`if`, open a block just before it? If not, what could Python make of the extra space on the left?"
            ),
            concept=(
                "In Python the space at the left of a line has a meaning: a line further to the right belongs to a "
                "block. A new block may only begin after a header. Line $line starts further to the right, but nothing "
                "above it has opened a block, so Python does not know what the line belongs to."
            ),
            picture="It is like a sub-point in a list that has no main point above it.",
            precise="The tokenizer emits INDENT where the grammar allows only a statement of the current suite.",
            place="Its left edge is the thing to compare with the code before it: $above.",
            plan=(
                "Decide which block the line belongs to, or whether it belongs to none.",
                "Find the other lines of that block and look at where they start.",
                "Let this line, and those below that go with it, start at exactly the same place.",
            ),
            example=Example(
                "All three lines stand on one level, so all start at the left edge:",
                'city = "Oslo"\nyear = 2024\nprint(city, year)',
                "If one of them had a space before it, Python would look for the header that it belongs to.",
            ),
            remedy="Let line $line start where the other lines of its block start.",
            reason="The line now starts at the same place as the other lines of its block, so Python knows where it belongs.",
            check=_CHECK_BLOCK,
        ),
        on("unexpected indent"),
        _unexpected_indent,
    ),
    Cause(
        "syntax.dedent-to-nowhere",
        "syntax",
        Lesson(
            question=(
                "Follow the left edge of your code upwards from this line. Is there any earlier line that starts at "
                "exactly the same place? To which block should the line go back?"
            ),
            concept=(
                "When a line moves back to the left, it closes blocks and rejoins an outer one. It must then start "
                "exactly where that outer block starts. Line $line starts after $indent blanks, and no open block "
                "around it has that left edge, so it falls between two blocks."
            ),
            picture="It is like stepping off a stair between two steps: your foot finds nothing to stand on.",
            precise="DEDENT must return to a column that is still on the stack of indentation columns.",
            place="Its left edge matches no block that is open at this point.",
            plan=(
                "Decide which earlier line this one belongs with; for $expression think of its partner.",
                "Count the blanks before that earlier line.",
                "Give this line exactly as many, no more and no fewer.",
            ),
            example=Example(
                "Here each line goes back to a left edge that exists:",
                'for month in ("May", "June"):\n    while len(month) < 6:\n        month += "."\n    print(month)\nprint("done")',
                "`print(month)` returns to the edge of the `while` line, the last `print` to the edge of the `for` line.",
            ),
            remedy="Let line $line start exactly where the block that it belongs to starts.",
            reason="The line now stands on the same left edge as the block it belongs to, so Python can rejoin that block.",
            check=_CHECK_BLOCK,
        ),
        on("unindent does not match"),
        _unmatched_dedent,
    ),
    Cause(
        "syntax.tabs-and-spaces",
        "syntax",
        Lesson(
            question=(
                "Two lines can look lined up on the screen and still begin with different characters. Let your editor "
                "show blanks: which lines of this block begin with a tab, and which begin with spaces?"
            ),
            concept=(
                "Python compares the blanks at the start of lines character by character. A tab is one character, "
                "however wide it looks. On line $line the blanks mix tabs and spaces in a way that does not agree with "
                "the lines before, so Python cannot tell whether the line is inside the block."
            ),
            picture="It is like measuring one shelf in inches and the next in centimetres: the numbers cannot be compared.",
            precise="CPython raises TabError when the order of two indents depends on the width given to a tab.",
            place="What counts are the blanks before it, not the words.",
            plan=(
                "Turn on the display of blanks in your editor.",
                "Choose one way for the whole file; four spaces for each level is the common choice.",
                "Use your editor's command that converts the indentation, so that no line is left out.",
            ),
            example=Example(
                "Here every level is made of four spaces, shown as dots in the comment:",
                "rain = [3, 0, 7]\nfor drops in rain:\n    if drops:      # ....if drops:\n        print(drops)  # ........print(drops)",
                "Because each line uses the same kind of blank, the left edges can be compared.",
            ),
            remedy="Write the blanks at the start of line $line, and of its whole block, as spaces only.",
            reason="With one kind of blank everywhere, lines that look lined up are lined up for Python too.",
            check="let the editor show blanks once more: no tab should be left at the start of a line. Then run the program.",
        ),
        on("inconsistent use of tabs", "inconsistent dedent"),
        _tabs_and_spaces,
    ),
    Cause(
        "syntax.else-without-partner",
        "syntax",
        Lesson(
            question=(
                "The word $word never stands alone: it continues something that began above it. Which line is its "
                "partner? Compare the left edge of the two lines, and see whether another line has come between them."
            ),
            concept=(
                "$word is the second part of a statement whose first part is further up. The two parts must start at "
                "the same left edge, and only the indented block of the first may stand between them. On line $line "
                "Python meets $word at a place where no such statement is waiting to be continued."
            ),
            picture="It is like the second half of a sentence: it makes sense only right after the first half.",
            precise="An `else` clause is part of the compound statement; any statement at its own level ends that statement.",
            place="Compare its left edge with that of the line it should continue.",
            plan=(
                "Find the line that this $word should continue.",
                "Check that both lines start at the same left edge.",
                "Check that every line between them is inside the block, further to the right.",
            ),
            example=Example(
                "Both parts of this statement start at the left edge, and their blocks are further in:",
                'stock = 0\nif stock:\n    print("for sale")\nelse:\n    print("sold out")',
                "Move the second header to the right, or put a line between at the left edge, and the two lose each other.",
            ),
            remedy="Let $word on line $line start at the same left edge as its partner, with only the block between them.",
            reason="The two parts now stand on one left edge with nothing but the block between, so they form one statement.",
            check=(
                "draw a line from $word straight up: the first line it meets should be the partner. Then run the "
                "program once for each of the two ways."
            ),
        ),
        on("^invalid syntax"),
        _stray_continuation,
    ),
)
