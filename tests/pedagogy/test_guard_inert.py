"""What the guard takes out of a text so that no editor acts on it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.guarded_answers import answer
from tutor_pedagogy.ladder.levels import HintLevel

QUESTION, CONCEPT, STRUCTURE, EXAMPLE, SOLUTION = HintLevel


class TestInert:
    """T5: the released text contains no markup or characters that an editor would act on."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("See ![plot](https://evil.example/x.png) here.", "See ! [plot](https://evil.example/x.png) here."),
            ("![a][b]\n\n[b]: https://evil.example/x.png\n", "! [a][b]\n\n[b]: https://evil.example/x.png\n"),
            ("[run](command:workbench.action.quit)", r"[run]\(command:workbench.action.quit)"),
            ("[run](command&colon;a) [b]( <command:c> )", r"[run]\(command&colon;a) [b]\( &lt;command:c> )"),
            ("[x]: command:a\n", "[x]\\: command:a\n"),
            ("[docs](https://docs.python.org/3/) help.", "[docs](https://docs.python.org/3/) help."),
            (
                "<img src=x onerror=y> and <https://docs.python.org>",
                "&lt;img src=x onerror=y> and <https://docs.python.org>",
            ),
            ("`<img>` is code, a < b is not.", "`<img>` is code, a < b is not."),
            ("\\` <img src=x> `", "\\` &lt;img src=x> `"),
            ("`a\n`<img src=x>`\n", "`a\n`&lt;img src=x>`\n"),
            ("\x1b[31mred\x1b[0m \x1b]8;;command:x\x07link\x1b]8;;\x07 \x1bc", "red link "),
            ("a\u202eb\u200fc\u2066d\u200be\ufefff\U000e0041g\x00h\x9b31m", "abcdefgh31m"),
            ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
            ("half \ud800 a pair", "half \ufffd a pair"),
            ("```\n<b>![x](command:y)\n```\n", "```\n<b>![x](command:y)\n```\n"),
            ("    ```\n<b>![x](command:y)\n    ```\n", "    ```\n&lt;b>! [x]\\(command:y)\n    ```\n"),
            ("👩\u200d🔬 naïve ﷼", "👩\u200d🔬 naïve ﷼"),
        ],
    )
    def test_t5_markup_is_taken_apart(self, text: str, expected: str) -> None:
        """T5: images, links that run commands, tags, terminal sequences and hidden characters lose their effect."""
        assert answer(text, SOLUTION)[0] == expected

    @given(
        parts=st.lists(
            st.sampled_from(
                [
                    *(
                        "![a]",
                        "(http://x/y.png)",
                        "](command:a)",
                        "[a",
                        "]",
                        "(",
                        ")",
                        "<img src=x>",
                        "<script>",
                        "`",
                        "``",
                    ),
                    *(
                        "\\",
                        "\x1b[31m",
                        "\x1b]0;t\x07",
                        "\x1b",
                        "[",
                        "\u202e",
                        "\u200b",
                        "\n",
                        "\n\n",
                        ". ",
                        "```\n",
                        "> ",
                        "a",
                        "!",
                    ),
                ]
            ),
            max_size=40,
        ),
        chunks=st.lists(st.integers(1, 7), max_size=40),
    )
    @settings(max_examples=400, deadline=None)
    def test_t5_nothing_live_is_shown(self, parts: list[str], chunks: list[int]) -> None:
        """T5: for random markup, no image, command link outside code, escape or hidden character is shown."""
        shown, _ = answer("".join(parts), SOLUTION, chunks=chunks)
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", shown
        )
        outside = re.sub(
            r"(?ms)^ {0,3}(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*(?:\n|\Z).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", "", shown
        )
        assert "![" not in outside
        assert "](command:" not in outside
