"""Markdown as HTML for the pages: no HTML of the author's, no images, and links only to web sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

DEEPEST = 6


def _may_link(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    parser.validateLink = _may_link  # type: ignore[method-assign]  # markdown-it's own way to restrict links
    return parser


_PARSER = _parser()


def html_of(text: str, *, below: int) -> Markup:
    """Return Markdown as HTML. Its headings begin at the level `below`, and no level is left out."""
    tokens = _PARSER.parse(text)
    _renumber_headings(tokens, below)
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, {}))  # noqa: S704 - the parser escapes the author's HTML


def _renumber_headings(tokens: Sequence[Token], below: int) -> None:
    """Renumber the headings of a text to the levels that follow the page's own (WCAG 2.2, 1.3.1)."""
    open_levels: list[int] = []
    level = below
    for token in tokens:
        if token.type == "heading_open":
            given = int(token.tag[1:])
            while open_levels and open_levels[-1] >= given:
                open_levels.pop()
            open_levels.append(given)
            level = min(DEEPEST, below + len(open_levels) - 1)
            token.tag = f"h{level}"
        elif token.type == "heading_close":
            token.tag = f"h{level}"
