"""Start an incident from an issue that a person opened from a playbook's template. The person is its reporter.

Recognised by structure alone. Where an issue fits two playbooks, or the incident is refused, a comment says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.desk import playbooks, writer
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.integrations.github import acting, ledger, marks
from tocsin.integrations.github import template as templates
from tocsin.integrations.github.announce import adopting
from tocsin.integrations.github.client import GitHub
from tocsin.integrations.github.models import FollowUpIssue, IncidentIssue, PlaybookFile
from tocsin.integrations.github.people import Actor, actor_of, is_trusted
from tocsin.integrations.github.recognise import Fits, FitsSeveral, recognise
from tocsin.integrations.github.template import Template
from tocsin.people import access
from tocsin.store import queries

log = logging.getLogger(__name__)
LONGEST_TITLE = 200


def consider(repository: str, found: Mapping[str, Any], github: GitHub, now: datetime) -> IncidentIssue | None:
    """Start an incident if this issue asks for one, and return what is noted of it; None where it does not.

    Done again for the same issue it does nothing more. *Raises* GitHubError where a comment could not be written.
    """
    body = str(found.get("body") or "")
    if marks.is_ours(body) or not is_trusted(found) or "pull_request" in found or _is_known(repository, found):
        return None
    known = templates_in_use(repository)
    fit = recognise(body, {digest: template.body for digest, template in known.items()})
    if isinstance(fit, FitsSeveral):
        names = " and ".join(f"“{queries.playbook(digest).name}”" for digest in fit.names)
        _say(repository, found, github, f"This issue fits {names} about as well, so no incident was started from it.")
    if not isinstance(fit, Fits):
        return None
    return _declare(repository, found, fit.name, known[fit.name], github, now)


def templates_in_use(repository: str) -> dict[str, Template]:
    """Return the templates that an issue of this repository can be made from, by digest: those that stand in it; where
    there are none, all that a new incident can begin with."""
    here = set(PlaybookFile.objects.filter(repository=repository).exclude(digest="").values_list("digest", flat=True))
    current = [version for version in playbooks.current() if not here or version.digest in here]
    found = {}
    for version in current:
        source = bytes(playbooks.get(version.digest).source)
        found[version.digest] = templates.read(source, queries.playbook(version.digest))
    return found


def _is_known(repository: str, found: Mapping[str, Any]) -> bool:
    place = {"repository": repository, "number": found["number"]}
    return IncidentIssue.objects.filter(**place).exists() or FollowUpIssue.objects.filter(**place).exists()


def _declare(
    repository: str, found: Mapping[str, Any], digest: str, template: Template, github: GitHub, now: datetime
) -> IncidentIssue | None:
    actor = actor_of(found.get("user"))
    title = " ".join(str(found.get("title") or "Incident").split())[:LONGEST_TITLE]
    command = cmd.DeclareIncident(by=actor.ref, title=title, by_name=actor.name)
    try:
        if actor.person is not None:
            access.require(actor.person, command)
        with adopting():
            outcome = writer.declare(command, digest, key=f"github:{repository}#{found['number']}:declare", now=now)
    except RefusedError as error:
        _say(repository, found, github, f"No incident was started from this issue: {error.message}")
        return None
    issue = ledger.remember(outcome.ref, repository, found, template.known, is_linked=True)
    _link(issue, actor, now)
    changed_at = str(found.get("updated_at") or "")
    acting.read_body(issue, str(found.get("body") or ""), changed_at, lambda change: actor, now)
    return issue


def _link(issue: IncidentIssue, actor: Actor, now: datetime) -> None:
    try:
        writer.run(issue.ref, cmd.LinkIssue(by=actor.ref, url=issue.url), key=f"github:{issue.pk}:link", now=now)
    except RefusedError as error:
        log.info("%s took no link to its issue: %s", issue.ref, error.message)


def _say(repository: str, found: Mapping[str, Any], github: GitHub, words: str) -> None:
    """Answer below the issue, once: the mark is looked for first."""
    path = f"/repos/{repository}/issues/{found['number']}/comments"
    identity = f"answer.{repository.replace('/', '.')}.{found['number']}"
    if not any(marks.has_mark(comment.get("body"), identity) for comment in github.pages(path)):
        github.call("POST", path, {"body": marks.marked(words, identity)})
