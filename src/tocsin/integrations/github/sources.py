"""Keep playbooks as they stand in a repository, at its default branch. Each version is kept by digest with its commit.

A version that cannot be used is not taken: the last good one stays, and the commit gets a comment that says why.
"""

from __future__ import annotations

import base64
import fnmatch
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.desk import playbooks
from tocsin.integrations.github import marks
from tocsin.integrations.github.client import GitHub, GitHubError
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.models import PlaybookCommit, PlaybookFile
from tocsin.playbook.errors import PlaybookError
from tocsin.playbook.lint import Finding, has_errors, lint
from tocsin.playbook.read import compile_document, decode

log = logging.getLogger(__name__)
SUFFIXES = (".md", ".yml", ".yaml")
_NO_PLAYBOOKS = frozenset({"config.yml", "config.yaml"})


@dataclass(frozen=True, slots=True)
class Sources:
    """The playbook files of one repository."""

    config: GitHubConfig
    github: GitHub

    def refresh(self, now: datetime) -> int:
        """Take what changed since the last time and return how many files did. *Raises* GitHubError."""
        root = f"/repos/{self.config.repository}"
        branch = self.github.call("GET", root)["default_branch"]
        head = str(self.github.call("GET", f"{root}/commits/{branch}")["sha"])
        count = 0
        for entry in self._listed(head):
            count += self._take(entry, head, now)
        return count

    def _listed(self, commit: str) -> Iterator[Mapping[str, Any]]:
        """Yield the files that the settings name."""
        for pattern in self.config.playbook_paths:
            folder = pattern.rpartition("/")[0]
            for entry in self._folder(folder, commit):
                path = str(entry["path"])
                is_named = fnmatch.fnmatchcase(path, pattern) and entry.get("type") == "file"
                if is_named and path.endswith(SUFFIXES) and path.rpartition("/")[2] not in _NO_PLAYBOOKS:
                    yield entry

    def _folder(self, folder: str, commit: str) -> Iterable[Mapping[str, Any]]:
        try:
            found = self.github.call("GET", f"/repos/{self.config.repository}/contents/{folder}", ref=commit)
        except GitHubError as error:
            if error.status == 404:
                return []
            raise
        return found if isinstance(found, list) else [found]

    def _take(self, entry: Mapping[str, Any], commit: str, now: datetime) -> bool:
        path, blob = str(entry["path"]), str(entry["sha"])
        row, _ = PlaybookFile.objects.get_or_create(repository=self.config.repository, path=path)
        if row.blob == blob:
            return False
        found = self.github.call("GET", f"/repos/{self.config.repository}/contents/{path}", ref=commit)
        source = base64.b64decode(str(found["content"]))
        findings = findings_of(source, path)
        if has_errors(findings):
            self._refuse(row, commit, findings)
            row.bad_commit, row.problem = commit, "\n".join(_line(path, finding) for finding in findings)
        else:
            row.digest = playbooks.add(source, path, now=now)
            row.commit, row.bad_commit, row.problem = commit, "", ""
            place = {"digest": row.digest, "repository": row.repository, "path": path, "commit": commit}
            PlaybookCommit.objects.get_or_create(**place, defaults={"at": now})
        row.blob = blob
        row.save()
        return True

    def _refuse(self, row: PlaybookFile, commit: str, findings: list[Finding]) -> None:
        """Comment the commit, once, with what has to be mended. Where that is not allowed, the log says it."""
        path = f"/repos/{row.repository}/commits/{commit}/comments"
        identity = f"lint.{commit[:12]}.{row.path.replace('/', '.')}"
        stays = "The last good version stays in use." if row.digest else "No version of it is in use yet."
        said = "\n".join(f"- {_line(row.path, finding)}" for finding in findings)
        words = f"**Tocsin cannot use this version of `{row.path}`.** {stays}\n\n{said}"
        try:
            if not any(marks.has_mark(comment.get("body"), identity) for comment in self.github.pages(path)):
                self.github.call("POST", path, {"body": marks.marked(words, identity)})
        except GitHubError as error:
            if not error.is_permanent:
                raise
            log.warning("%s %s: %s", commit, error.message, words)


def findings_of(source: bytes, name: str) -> list[Finding]:
    """Return what lint finds; a document that cannot be compiled is one finding."""
    try:
        return lint(compile_document(source, name), decode(source))
    except PlaybookError as error:
        return [Finding(error.line, "error", "unreadable", error.reason, "Mend this line.")]


def _line(path: str, finding: Finding) -> str:
    where = f"`{path}` line {finding.line}" if finding.line else f"`{path}`"
    return f"{where}: {finding.message} {finding.mend}".strip()
