"""Compile a document into a Playbook: choose the reader, refuse what cannot be read, and put the parts together."""

from __future__ import annotations

import hashlib
import re

from tocsin.playbook.assemble import assemble
from tocsin.playbook.errors import PlaybookError
from tocsin.playbook.issue_form import read_issue_form
from tocsin.playbook.markdown import read_markdown
from tocsin.playbook.model import Playbook

MAX_BYTES = 1024 * 1024
MAX_LINE = 16_384
MAX_BRACKETS = 50_000
_FORM = re.compile(r"(?m)^body:\s*(?:#.*)?$")


def compile_document(source_bytes: bytes, source_name: str) -> Playbook:
    """Compile an issue template, a Markdown checklist or a GitHub issue form.

    Raises: PlaybookError, with its line and what to mend, when the document cannot be read at all. Words that look like
    a rule and could not be read are no error: they are listed in the playbook's `unknown`.
    Source: design, "What a playbook means".
    """
    digest = "sha256:" + hashlib.sha256(source_bytes).hexdigest()
    try:
        text = decode(source_bytes)
        outline = read_issue_form(text) if is_issue_form(text, source_name) else read_markdown(text)
        return assemble(outline, source_name, digest)
    except PlaybookError as error:
        if not error.args or str(error).startswith(source_name):
            raise
        raise PlaybookError(error.reason, error.line, source_name) from error
    except RecursionError as error:
        reason = "the document is nested too deep to be read; make its lists and quotes flatter"
        raise PlaybookError(reason, 0, source_name) from error


def decode(source_bytes: bytes) -> str:
    """Turn the bytes of a document into text with line feeds only.

    Raises: PlaybookError when it is too long, empty, or not text.
    """
    if len(source_bytes) > MAX_BYTES:
        size = len(source_bytes) // 1024
        raise PlaybookError(f"the document has {size} KiB and at most {MAX_BYTES // 1024} are read; split it in parts")
    encoding = "utf-16" if source_bytes[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = source_bytes.decode(encoding)
    except UnicodeDecodeError as error:
        line = source_bytes.count(b"\n", 0, error.start) + 1
        raise PlaybookError("this is not UTF-8 text; save the document as UTF-8", line) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_lines(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise PlaybookError("there is a NUL character; this is not a text document", line)
    if not text.strip():
        raise PlaybookError("the document is empty; write at least one step, such as `- [ ] Declare the incident`")
    return text


def _check_lines(text: str) -> None:
    """Refuse what no person wrote: it costs a Markdown parser minutes."""
    if text.count("[") > MAX_BRACKETS:
        raise PlaybookError(f"the document has more than {MAX_BRACKETS} square brackets; split it in parts")
    if len(text) <= MAX_LINE:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            reason = f"the line has {len(line)} characters and at most {MAX_LINE} are read; break it into lines"
            raise PlaybookError(reason, number)


def is_issue_form(text: str, source_name: str) -> bool:
    """Whether a document is a GitHub issue form: by its name, or by its `body:` where the name says nothing."""
    name = source_name.lower()
    if name.endswith((".yml", ".yaml")):
        return True
    if name.endswith((".md", ".markdown", ".mdx", ".txt")):
        return False
    return not text.lstrip().startswith(("#", "---\n")) and bool(_FORM.search(text))
