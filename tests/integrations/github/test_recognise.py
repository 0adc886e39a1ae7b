"""An issue belongs to a template by its structure: edited text still matches, and chance does not."""

from __future__ import annotations

import pytest

from tests.integrations.github.documents import BODY
from tocsin.integrations.github.recognise import Fits, FitsSeveral, recognise

OTHER = """\
## Report

- [ ] Name the kiosk
- [ ] Photograph the screen
- [ ] Note the serial number

## Repair

- [ ] Order the part
"""
TEMPLATES = {"harbour": BODY, "kiosk": OTHER}


@pytest.mark.parametrize(
    "edited",
    [
        BODY,
        BODY.replace("\n", "\r\n"),
        BODY.replace("[ ]", "[x]"),
        BODY.replace("## Assess", "## Triage").replace("Find out which piers", "Learn which of our piers"),
        "Good morning,\n\n" + BODY + "\n## What I saw\n\n- [ ] Ask Bo\n- smoke\n",
        BODY.split("## Follow-up")[0],
        "\n".join(reversed(BODY.split("\n## "))),
    ],
    ids=["as it is", "windows", "all ticked", "reworded", "added to", "end cut off", "sections turned round"],
)
def test_an_edited_template_is_recognised(edited: str) -> None:
    found = recognise(edited, TEMPLATES)
    assert isinstance(found, Fits) and found.name == "harbour"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The lights on pier 4 are dark. Severity: High",
        "## Initiate\n\n## Assess\n\n## Remediate\n",
        "- [ ] Start a video call.\n- [ ] Buy milk\n- [ ] Call mum\n",
        "## Initiate\n- [ ] Unrelated\n## Assess\n- [ ] Also unrelated\n",
    ],
)
def test_another_text_is_not(text: str) -> None:
    assert recognise(text, TEMPLATES) is None


def test_a_text_that_fits_two_templates_is_taken_for_neither() -> None:
    twin = {"one": BODY, "two": BODY.replace("⛴️", "")}
    assert isinstance(recognise(BODY, twin), FitsSeveral)


def test_the_longer_of_two_templates_is_meant_when_all_of_it_is_there() -> None:
    longer = (
        BODY + "\n## Press\n\n" + "".join(f"- [ ] {words}\n" for words in ("Draft words", "Call the radio", "Film it"))
    )
    longer += "\n## Law\n\n- [ ] Ask the lawyer\n- [ ] Tell the insurer\n- [ ] File the claim\n"
    templates = {"short": BODY, "long": longer}
    assert recognise(longer, templates) == Fits("long", 1.0)
    found = recognise(BODY, templates)
    assert isinstance(found, Fits) and found.name == "short"
