"""A picture for everybody: their initials on a colour of their own, drawn here. Asks no other server."""

from __future__ import annotations

import zlib
from html import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from tocsin.people.models import Person
from tocsin.web.access import signed_in

# White words on each of these have a contrast of at least 5 to 1.
COLOURS = ("#1b5cbe", "#8e1459", "#13653a", "#8a3b00", "#5b3bb0", "#0f5f6b", "#98191f", "#434f5d")


@signed_in
@require_GET
def face(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw a person's picture."""
    person = get_object_or_404(Person, pk=pk)
    answer = HttpResponse(drawn(str(person), person.ref), content_type="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


def drawn(name: str, ref: str) -> str:
    """Return the picture of somebody of that name as SVG. The same ref has always the same colour."""
    colour = COLOURS[zlib.crc32(ref.encode()) % len(COLOURS)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40" role="img">'
        f"<title>{escape(name)}</title>"
        f'<rect width="40" height="40" rx="20" fill="{colour}"/>'
        f'<text x="20" y="20" dy=".36em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="15" '
        f'font-weight="600" fill="#ffffff">{escape(initials(name))}</text></svg>'
    )


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, at most two."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"
