"""Read a team's checklist into a Playbook value. Pure: no Django, no clock, no files, no network."""

from tocsin.playbook.errors import PlaybookError
from tocsin.playbook.read import compile_document

__all__ = ["PlaybookError", "compile_document"]
