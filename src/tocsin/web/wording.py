"""Turns a playbook's or a person's words into safe HTML: Markdown of one line or of paragraphs, no raw HTML, no images."""

from __future__ import annotations

import re

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# A reference link whose definition stands elsewhere in the document: only its words can be shown.
_LOOSE_REFERENCE = re.compile(r"\[([^\]\[]+)\]\[[^\]\[]*\]")


def _open_link(renderer: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    tokens[index].attrSet("target", "_blank")
    return renderer.renderToken(tokens, index, options, env)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image"])
    reader.add_render_rule("link_open", _open_link)
    return reader


_READER = _reader()


def render_inline(text: str) -> SafeString:
    """Return one line of Markdown as HTML."""
    return mark_safe(_READER.renderInline(_LOOSE_REFERENCE.sub(r"\1", text)).strip())  # noqa: S308


def render_block(text: str) -> SafeString:
    """Return paragraphs, lists and code of Markdown as HTML."""
    return mark_safe(_READER.render(_LOOSE_REFERENCE.sub(r"\1", text)))  # noqa: S308


def plain(text: str) -> str:
    """Return the words of one line of Markdown, without its marks; for labels and titles."""
    inline = _READER.parseInline(_LOOSE_REFERENCE.sub(r"\1", text))[0]
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"}).strip()
