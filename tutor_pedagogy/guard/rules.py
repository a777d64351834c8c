"""The rules of the guard, by the public names that verdicts use."""

from __future__ import annotations

from enum import StrEnum


class GuardRule(StrEnum):
    """A rule that an answer can break. `cases/<rule>.md` describes it; the names are part of the public contract."""

    ENDLESS = "endless"
    CANARY = "canary"
    UNJUDGED = "unjudged"
    CODE_BLOCK = "code-block"
    EDIT_BLOCK = "edit-block"
    EXAMPLE_WITH_OWN_NAMES = "example-with-own-names"
    EXAMPLE_TOO_NEAR = "example-too-near"
    CODE_SPAN = "code-span"
    CODE_IN_PROSE = "code-in-prose"
    CODE_IN_QUOTES = "code-in-quotes"
    CODE_LINE = "code-line"
    EDIT_LINE = "edit-line"
    EDIT_REPLACE = "edit-replace"
    EDIT_CONTRAST = "edit-contrast"
    EDIT_INSERT = "edit-insert"
    EDIT_SET = "edit-set"
    EDIT_SHOULD = "edit-should"
    EDIT_SUGGEST = "edit-suggest"
    EDIT_BECOMES = "edit-becomes"
    EDIT_ATTACH = "edit-attach"
    EDIT_MOVE = "edit-move"
    EDIT_IN_WORDS = "edit-in-words"
    ENCODED = "encoded"
    CODE_RESPELLED = "code-respelled"
    CODE_IN_PIECES = "code-in-pieces"
    CODE_IN_WORDS = "code-in-words"
    REFERENCE = "reference"
    INSTALMENTS = "instalments"
