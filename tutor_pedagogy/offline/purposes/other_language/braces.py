"""Small programs of languages with braces in the form of Python, line by line.

A program is written in Python only if each of its lines has one of the known forms, and the result parses.
"""

from __future__ import annotations

import re

from tutor_pedagogy.problem.syntax_tree import syntax_tree

_MOST_LINES, _WIDEST = 40, 160
_TYPE = (
    r"(?:final |const |static |public |private |unsigned )*"
    r"(?:int|double|float|long|char|bool|boolean|String|string|var|let|const|auto|void)(?:\[\])?"
)
_FRAME = re.compile(
    r"(?:public )?class \w+ ?\{|(?:public )?(?:static )?(?:int|void) [Mm]ain\([^()]*\) ?\{"
    r"|#include [^\n]*|using [^\n]*;"
    r"|import [\w.*]*;|return 0;|namespace \w+ ?\{|package \w+;?|function main\(\) ?\{"
)
_COUNT = re.compile(
    r"for ?\((?:(?:int|let|var|long) )?(?P<name>\w+) ?= ?(?P<start>[^;<>=]+); ?(?P=name) ?"
    r"(?P<op><=|<|>=|>) ?(?P<stop>[^;<>=]+);"
    r" ?(?:(?P=name)(?P<sign>\+\+|--)|(?P<before>\+\+|--)(?P=name)|(?P=name) ?(?P<step>[+-]=) ?(?P<by>\d+))\) ?\{"
)
_EACH = re.compile(
    rf"for(?:each)? ?\((?:{_TYPE}) (?P<name>\w+) (?:of|in|:) (?P<source>[^{{}}]+)\) ?\{{"
    rf"|for ?\((?:{_TYPE}) (?P<name2>\w+) ?: ?(?P<source2>[^{{}}]+)\) ?\{{"
)
_TEST = re.compile(r"(?:\} ?)?(?P<word>while|else if|if) ?\((?P<test>.+)\) ?\{")
_ELSE = re.compile(r"(?:\} ?)?else ?\{")
_DEF = re.compile(rf"(?:function|(?:public |private )?(?:static )?(?:{_TYPE})) (?P<name>\w+)\((?P<given>[^()]*)\) ?\{{")
_MADE = re.compile(rf"(?:{_TYPE}) (?P<name>\w+)(?:\[\])? ?= ?(?P<value>.+);?")
_CHANGED = re.compile(r"(?P<name>[\w.\[\]]+) ?(?P<op>[-+*%]?=)(?!=) ?(?P<value>.+)")
_STEPPED = re.compile(r"(?P<name>\w+)(?P<sign>\+\+|--)")
_SHOWN = re.compile(r"(?:System\.out\.print(?:ln)?|console\.log|Console\.Write(?:Line)?|alert)\((?P<what>.*)\)")
_PRINTF = re.compile(r"printf\(\"(?P<text>[^\"]*)\"(?P<values>(?:, ?[^\"]+)?)\)")
_COUT = re.compile(r"(?:std::)?cout ?<< ?(?P<what>.+)")
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_SIGNS = (
    (r"&&", " and "), (r"\|\|", " or "), (r"!(?![=])", " not "), (r"===", "=="), (r"!==", "!="), (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"), (r"\bnull\b|\bundefined\b", "None"), (r"(\w+)\.length(?:\(\))?", r"len(\1)"),
    (r"\bnew int\[\] ?\{([^{}]*)\}", r"[\1]"), (r"(?<![\w\]])\{([^{}]*)\}", r"[\1]"), (r"\.push\(", ".append("),
)  # fmt: skip
_DIVIDES_WHOLE = frozenset(("java", "c", "cpp", "csharp"))


def in_python(code: str, language: str) -> str | None:
    """Return a small program in the form of Python, or None if one of its lines has no form that is known for sure."""
    lines = [line.split("//")[0].strip() if '"' not in line else line.strip() for line in code.split("\n")]
    lines = [line for line in lines if line]
    if not lines or len(lines) > _MOST_LINES or any(len(line) > _WIDEST for line in lines):
        return None
    if language in _DIVIDES_WHOLE and any("/" in _STRING.sub("", line) for line in lines):
        return None
    depths: list[int] = [0]
    written: list[str] = []
    for line in lines:
        closes = line.startswith("}")
        if closes and len(depths) > 1:
            depths.pop()
        if line in ("}", "};"):
            continue
        if _FRAME.fullmatch(line):
            if line.endswith("{"):
                depths.append(depths[-1])
            continue
        told = _line(line)
        if told is None:
            return None
        if written and written[-1].startswith(" ") and not depths[-1] and re.search(r"(?m)^def ", "\n".join(written)):
            written.append("")
        written.append("    " * depths[-1] + told)
        if line.endswith("{"):
            depths.append(depths[-1] + 1)
    text = "\n".join(written)
    try:
        tree = syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return text if tree.body else None


def _line(line: str) -> str | None:
    """Return one line in the form of Python, or None."""
    if counted := _COUNT.fullmatch(line):
        return _range(counted)
    if each := _EACH.fullmatch(line):
        source = each["source"] or each["source2"]
        return f"for {each['name'] or each['name2']} in {_expression(source)}:"
    if test := _TEST.fullmatch(line):
        word = "elif" if test["word"] == "else if" else test["word"]
        return f"{word} {_expression(test['test'])}:"
    if _ELSE.fullmatch(line):
        return "else:"
    if made := _DEF.fullmatch(line):
        names = [part.split()[-1] for part in made["given"].split(",") if part.strip()]
        return f"def {made['name']}({', '.join(names)}):"
    return _statement(line.rstrip(";").strip())


def _statement(line: str) -> str | None:
    if shown := _SHOWN.fullmatch(line):
        return f"print({_printed(shown['what'])})"
    if shown := _PRINTF.fullmatch(line):
        return _formatted(shown)
    if shown := _COUT.fullmatch(line):
        parts = [part.strip() for part in shown["what"].split("<<")]
        parts = [part for part in parts if part not in ("endl", "std::endl", '"\\n"')]
        return (
            f'print({", ".join(map(_expression, parts))}, sep="")'
            if len(parts) > 1
            else f"print({_expression(parts[0])})"
            if parts
            else "print()"
        )
    if stepped := _STEPPED.fullmatch(line):
        return f"{stepped['name']} {stepped['sign'][0]}= 1"
    if line.startswith("return"):
        return f"return {_expression(line.removeprefix('return').strip())}".rstrip()
    if made := _MADE.fullmatch(line):
        return f"{made['name']} = {_expression(made['value'])}"
    if changed := _CHANGED.fullmatch(line):
        return f"{changed['name']} {changed['op']} {_expression(changed['value'])}"
    return (
        _expression(line)
        if re.fullmatch(r"[\w.]+\(.*\)", line) and "." not in line.split("(", maxsplit=1)[0].replace(".push", "")
        else None
    )


def _range(match: re.Match[str]) -> str | None:
    sign = match["sign"] or match["before"] or match["step"]
    by = match["by"] or "1"
    is_up = sign[0] == "+"
    if is_up != match["op"].startswith("<"):
        return None
    start, stop = _expression(match["start"]), _expression(match["stop"])
    if match["op"].endswith("="):
        stop = str(int(stop) + (1 if is_up else -1)) if stop.isdigit() else f"{stop} {'+' if is_up else '-'} 1"
    step = "" if is_up and by == "1" else f", {'' if is_up else '-'}{by}"
    begin = "" if start == "0" and not step else f"{start}, "
    return f"for {match['name']} in range({begin}{stop}{step}):"


def _expression(text: str) -> str:
    """Return an expression with the operators and words of Python outside its strings."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    found = _STRING.sub(keep, text)
    for sign, word in _SIGNS:
        found = re.sub(sign, word, found)
    found = re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], found)
    return re.sub(r"  +", " ", found).strip()


def _printed(what: str) -> str:
    """Return what a `print` shows; strings and values that are joined with plus become one f-string."""
    bare = _STRING.sub(lambda match: "s" * len(match[0]), what)
    cuts, depth = [-1], 0
    for place, sign in enumerate(bare):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "+" and not depth:
            cuts.append(place)
    parts = [what[start + 1 : end].strip() for start, end in zip(cuts, [*cuts[1:], len(what)], strict=True)]
    if len(parts) < len("ab") or not any(_STRING.fullmatch(part) for part in parts):
        return _expression(what)
    inner = "".join(part[1:-1] if _STRING.fullmatch(part) else f"{{{_expression(part)}}}" for part in parts)
    return f'f"{inner}"'


def _formatted(shown: re.Match[str]) -> str | None:
    values = [_expression(part) for part in shown["values"].split(",")[1:]]
    text = shown["text"].removesuffix("\\n")
    places = re.findall(r"%(?:\.\d+)?[dfsclu]+", text)
    if len(places) != len(values) or "%" in re.sub(r"%(?:\.\d+)?[dfsclu]+", "", text) or "{" in text:
        return None
    for place, value in zip(places, values, strict=True):
        digits = re.search(r"\.\d+", place)
        text = text.replace(place, f"{{{value}{f':{digits[0]}f' if digits else ''}}}", 1)
    if re.fullmatch(r"\{[^{}:]*\}", text) and shown["text"].endswith("\\n"):
        return f"print({text[1:-1]})"
    ending = "" if shown["text"].endswith("\\n") else ', end=""'
    return f'print({"f" if values else ""}"{text}"{ending})' if len(text) else "print()"
