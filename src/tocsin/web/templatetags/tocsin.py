"""Tags of the pages: icons, moments, countdowns, lengths of time, a playbook's words, people's names."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django import template
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tocsin.incident.room import PhaseView, StepView
from tocsin.playbook.model import Link, Reading
from tocsin.web import clock
from tocsin.web.durations import in_words, until_in_words
from tocsin.web.forms.act import ActForm
from tocsin.web.readings import say_reading
from tocsin.web.room_page import RoomPage
from tocsin.web.sentences import say
from tocsin.web.statuses import incident_status, mark_kind
from tocsin.web.wording import plain, render_block, render_inline

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon inline. Without a label a screen reader passes over it."""
    attributes = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" {} {}', attributes, _drawing(name))


@cache
def _drawing(name: str) -> SafeString:
    """Return the icon file's text after its class. *Raises* when the icon is not among those that package.json names."""
    path = finders.find(f"vendor/icons/{name}.svg")
    if path is None:
        raise template.TemplateSyntaxError(f"There is no icon {name!r}: name it in package.json and run `make setup`.")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        drawing = re.sub(r"\s+", " ", file.read())
    drawing = re.sub(r'\s(?:class|width|height|xmlns)="[^"]*"', "", drawing)
    return mark_safe(drawing.split("<svg", 1)[1].strip())  # noqa: S308


@register.simple_tag
def new_key() -> str:
    """Return a key that makes one sending of a form count once."""
    return str(uuid.uuid4())


@register.simple_tag
def moment(when: datetime | None, shape: str = "") -> SafeString:
    """Show a moment in the reader's zone: the time, with the day when it is another day. UTC is in the title."""
    if when is None:
        return mark_safe("")
    here = timezone.localtime(when)
    is_today = here.date() == timezone.localtime(clock.now()).date()
    if shape == "day" or (not is_today and shape != "time"):
        text = f"{date_format(here, 'j M Y')}, {here:%H:%M}"
    else:
        text = f"{here:%H:%M:%S}" if shape == "exact" else f"{here:%H:%M}"
    return _time(when, text)


@register.simple_tag
def countdown(due: datetime | None) -> SafeString:
    """Show how long until `due`, or how late it is; the page's script keeps it going."""
    if due is None:
        return mark_safe("")
    seconds = (due - clock.now()).total_seconds()
    pattern = _("in %s") if seconds >= 0 else _("%s late")
    late = " is-late" if seconds < 0 else " is-soon" if seconds < 300 else ""
    return format_html(
        '<time class="countdown{}" data-due="{}" datetime="{}" title="{}">{}</time>',
        late,
        due.astimezone(UTC).isoformat(),
        due.astimezone(UTC).isoformat(),
        _utc(due),
        pattern % (until_in_words(seconds) if seconds >= 0 else in_words(seconds)),
    )


@register.simple_tag
def age(since: datetime | None) -> SafeString:
    """Show how long ago something was, in words."""
    if since is None:
        return mark_safe("")
    return _time(since, in_words((clock.now() - since).total_seconds()))


@register.filter
def length_words(seconds: float | None) -> str:
    """A number of seconds in words."""
    return "" if seconds is None else in_words(seconds)


@register.filter
def inline(text: str) -> SafeString:
    """A playbook's or a person's own words: Markdown of one line, without any HTML of theirs."""
    return render_inline(text)


@register.simple_tag(takes_context=True)
def person_name(context: template.Context, ref: str | None) -> str:
    """The name of who a ref stands for."""
    names: Mapping[str, str] = context.get("names", {})
    if not ref:
        return ""
    if ref in {"clock", "system"}:
        return "Tocsin"
    return names.get(ref, ref)


@register.simple_tag
def avatar(ref: str | None) -> SafeString:
    """Show a person's picture. A screen reader passes over it: the name stands beside it."""
    number = (ref or "").removeprefix("person:")
    if not number.isdigit():
        return mark_safe("")
    return format_html(
        '<img class="avatar" src="{}" alt="" width="28" height="28">', reverse("web:face", args=[number])
    )


@register.filter
def at_key(mapping: Mapping[str, object], key: str) -> object:
    """Look up one entry of a mapping; None where there is none."""
    return mapping.get(key)


def _time(when: datetime, text: str) -> SafeString:
    utc = when.astimezone(UTC)
    return format_html('<time datetime="{}" title="{}">{}</time>', utc.isoformat(), _utc(when), text)


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.simple_tag
def act_form(view: RoomPage, verb: str, step: str = "", **initial: object) -> ActForm:
    """The form of a verb in this room, with what was typed if it was refused."""
    return view.form(verb, step, initial)


@register.simple_tag
def form_of_step(view: RoomPage, step: StepView) -> ActForm | None:
    """The form that a step's action asks for."""
    return view.step_form(step)


@register.filter
def status_words(status: str) -> str:
    """An incident's state for people."""
    return incident_status(status)


@register.filter
def said(sentence: str) -> str:
    """A sentence of the core in the reader's language."""
    return say(sentence)


@register.filter
def block(text: str) -> SafeString:
    """What somebody wrote, in paragraphs."""
    return render_block(text)


@register.filter
def mark_words(kind: str) -> str:
    """What a mark of a picture says, for people."""
    return mark_kind(kind)


@register.filter
def bare(text: str) -> str:
    """One line of Markdown without its marks."""
    return plain(text)


@register.filter
def rank_class(rank: int | None) -> str:
    """The class that colours a severity: s0 is the worst; s9 is not known."""
    return "s9" if rank is None else f"s{min(rank, 4)}"


@register.simple_tag
def not_applicable(phase: PhaseView) -> list[StepView]:
    """The steps of a phase that are known not to apply."""
    return [step for step in phase.steps if step.status == "not-applicable"]


@register.filter
def reading_words(reading: Reading) -> str:
    """What was understood from some words of a playbook, in a few words."""
    return say_reading(reading)


@register.simple_tag
def addresses(view: StepView) -> list[Link]:
    """What a step links to, each address once, and only those that a browser may open."""
    step = view.step
    if step is None:
        return []
    found = [*step.links, *(Link(channel.name, channel.url) for channel in step.channels if channel.url)]
    safe = [link for link in found if link.url.startswith(("https://", "http://", "mailto:"))]
    return list({link.url: link for link in reversed(safe)}.values())[::-1]
