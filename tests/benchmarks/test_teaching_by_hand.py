"""The cards with which people judge the tutor's answers, and the figures computed from their judgements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.teaching import by_hand, cards, followups, rows
from benchmarks.teaching.by_hand import Judgement, State

if TYPE_CHECKING:
    from pathlib import Path

STATE = State(date="2026-11-27", commit="abc1234", data="rows.jsonl", sha256="0" * 64, cards=4, seed=1)


def cases() -> list[cards.Case]:
    """Return cases of three families, half of the logic ones without a failing test."""
    found = []
    for family, number in (("syntax", 10), ("runtime", 10), ("logic", 20)):
        for index in range(number):
            told = {"traceback": "expected 1, got 2"} if family != "logic" or index % 4 == 0 else {}
            data = {"id": f"{family}-{index}", "family": family, "code": f"x = {index}\n", "cause": "SECRET", **told}
            found.append(cards.case_of_row(rows.row({**data, "fixed": "SECRET = 1\n", "cause_line": 1})))
    return found


def judgement(case: str, reader: str = "A", cause: str = "yes", ladder: str = "helpful", note: str = "") -> Judgement:
    """Return a judgement."""
    return Judgement(case=case, family="logic", reader=reader, cause=cause, ladder=ladder, note=note)


def test_cases_are_drawn_by_seed_and_balanced() -> None:
    """Every family has the same number of cases, half of the logic cases have no failing test, and the seed decides."""
    drawn = cards.draw(cases(), 12, seed=5)

    families = [case.family for case in drawn]
    assert [families.count(family) for family in ("syntax", "runtime", "logic")] == [4, 4, 4]
    assert sum(case.submission.traceback is None for case in drawn if case.family == "logic") == 2
    assert [case.row for case in drawn] == [case.row for case in cards.draw(cases()[::-1], 12, seed=5)]
    assert [case.row for case in drawn] != [case.row for case in cards.draw(cases(), 12, seed=6)]
    assert len(cards.draw(cases(), 99, seed=5)) == 40


def test_card_shows_what_the_student_sees_and_no_cause(tmp_path: Path) -> None:
    """A card shows program, report, five texts and a form; only the key file names the cause and the row."""
    path = tmp_path / "cards.md"
    asked = rows.row({"id": "row-7", "family": "runtime", "code": "print(1 / 0)\n", "traceback": "", "cause": "SECRET"})
    asked_again = cards.case_of_ask(
        rows.ask({"id": "ask", "purpose": "SECRET", "code": "let x = 1;", "language": "javascript", "question": "Why?"})
    )

    cards.write(path, [cards.case_of_row(asked), asked_again], STATE)

    shown, key = path.read_text(encoding="utf-8"), (tmp_path / "cards.md.key.md").read_text(encoding="utf-8")
    assert "  1  print(1 / 0)" in shown
    assert "“Why?”" in shown
    assert "SyntaxError" not in shown
    assert [f"**Level {level}, " in shown for level in range(1, 6)] == [True] * 5
    assert [("SECRET" in text, "row-7" in text) for text in (shown, key)] == [(False, False), (True, True)]
    assert by_hand.read([shown]) == by_hand.Judged(STATE, (), 2)


def test_filled_cards_are_read_and_kept_without_programs(tmp_path: Path) -> None:
    """A filled-in form is read as a judgement. Stored judgements contain no program, and are read back unchanged."""
    path = tmp_path / "cards.md"
    cards.write(path, cases()[:2], STATE)
    form = '{"case": "001", "family": "syntax", "reader": "", "cause": "", "ladder": "", "note": ""}'
    filled = '{"case": "001", "family": "syntax", "reader": "A", "cause": "part", "ladder": "flawed", "note": "long"}'

    judged = by_hand.read([path.read_text(encoding="utf-8").replace(form, filled)])

    expected = Judgement(case="001", family="syntax", reader="A", cause="part", ladder="flawed", note="long")
    assert (judged.judgements, judged.blank) == ((expected,), 1)
    assert "x = 0" not in judged.as_text()
    assert by_hand.read([judged.as_text()]).judgements == (expected,)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([STATE.as_line(), {"cause": "maybe"}], "case 1"),
        ([STATE.as_line(), {"ladder": ""}], "case 1"),
        ([STATE.as_line(), {"reader": ""}], "case 1"),
        ([STATE.as_line(), {"note": "`x = 1`"}], "no code"),
        ([STATE.as_line(), {"note": "x" * 201}], "200 characters"),
        ([STATE.as_line(), {}, {}], "twice"),
        ([{}], "0 states"),
        ([STATE.as_line(), STATE.as_line().replace("abc1234", "def5678"), {}], "2 states"),
    ],
)
def test_careless_judgements_are_refused(lines: list[str | dict[str, str]], message: str) -> None:
    """Unknown values, missing readers, notes with code, repeated judgements and several states raise an error."""
    form = {"case": "1", "family": "logic", "reader": "A", "cause": "yes", "ladder": "helpful", "note": ""}
    text = "\n".join(line if isinstance(line, str) else json.dumps(form | line) for line in lines)

    with pytest.raises(ValueError, match=message):
        by_hand.read([text])


def test_shares_have_their_interval() -> None:
    """The share of misleading ladders is a share of all cases, and is reported with Wilson's confidence interval."""
    judged = [judgement(str(number), ladder="misleading" if number < 3 else "helpful") for number in range(10)]
    by_name = {figure.name: figure for figure in by_hand.figures(judged)}

    assert by_name["all: ladder misleading"].counts == "3 of 10, 11 to 60 %"
    assert by_name["all: ladder misleading"].is_short
    assert by_name["logic: true cause"].value == 100


def test_interval_is_wilsons() -> None:
    """The interval equals published values, also for a share of zero and for no cases (Newcombe 1998, table I)."""
    assert [round(bound, 2) for bound in by_hand.wilson(81, 263)] == [25.53, 36.62]
    assert [round(bound, 2) for bound in by_hand.wilson(0, 20)] == [0.0, 16.11]
    assert by_hand.wilson(0, 0) == (0.0, 100.0)


def test_agreement_is_cohens_kappa() -> None:
    """Cohen's kappa of two readers is 0.4 if their answers are 20 times yes-yes, 5 yes-no, 10 no-yes and 15 no-no."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15

    assert by_hand.kappa(pairs) == pytest.approx(0.4)
    assert by_hand.kappa([("yes", "no"), ("no", "yes")]) == pytest.approx(-1)
    assert by_hand.kappa([("yes", "yes")]) == 1


def test_disagreements_are_listed() -> None:
    """Two readers are compared on the cases that both have judged, and each difference is listed with their notes."""
    one = [judgement("1"), judgement("2", cause="no", note="wrong line"), judgement("3")]
    other = [judgement("1", "B"), judgement("2", "B", ladder="misleading")]

    ((readers, pairs),) = by_hand.pairs_of_readers([*one, *other]).items()

    assert readers == ("A", "B")
    assert by_hand.agreement(pairs)[0].counts.startswith("1 of 2")
    assert by_hand.disagreements(pairs) == ["case 2 (logic): A: no, helpful. wrong line | B: yes, misleading."]


def test_card_of_code_that_does_not_compile_shows_the_message() -> None:
    """The card of a program with a syntax error shows CPython's message, even if the row contains no report."""
    broken = cards.case_of_row(rows.row({"id": "1", "family": "syntax", "code": "while True\n    pass\n"}))

    assert "SyntaxError: expected ':'" in cards.card("001", broken)


def test_card_of_a_question_shows_hint_answer_and_levels(tmp_path: Path) -> None:
    """The card of a question about a hint shows the program, the hint, the change, the question, and both levels."""
    row = followups.follow_up(
        {
            "id": "row-9",
            "code": "for n in [1, 2]\n    print(n)\n",
            "cursor": 0,
            "levels": 2,
            "question": "what is an item?",
            "code_after": "for n in [1, 2]:\n    print(n)\n",
        }
    )
    (played,) = followups.play_all([row])
    path = tmp_path / "cards.md"

    cards.write(path, [cards.case_of_follow_up(played)], STATE)

    shown = path.read_text(encoding="utf-8")
    order = [
        "  1  for n in [1, 2]\n",
        "level 2**",
        "Then the student changes",
        "for n in [1, 2]:",
        "“what is an item?”",
    ]
    places = [shown.index(part) for part in [*order, "**The answer, level 2 after it**"]]
    assert places == sorted(places)
    assert (played.level_before, played.level_after) == (2, 2)
    assert '{"case": "001", "family": "follow-up", "reader": "", "cause": "", "ladder": "", "note": ""}' in shown
    assert "row-9" not in shown
