"""Put GitHub's parts together from its settings. The project's wiring calls it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tocsin.integrations.github.announce import Announcer
from tocsin.integrations.github.client import GitHub
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.listen import GitHubWebhook
from tocsin.integrations.github.reading import Reader
from tocsin.integrations.github.send import GitHubConnector


@dataclass(frozen=True, slots=True)
class GitHubParts:
    """What runs: the connector for the worker, the announcer for the desk's routes, the reader on a thread of its own,
    and the page for /github/webhook."""

    connector: GitHubConnector
    announcer: Announcer
    reader: Reader
    webhook: GitHubWebhook


def connect(config: GitHubConfig, now: Callable[[], datetime]) -> GitHubParts | None:
    """Return GitHub's parts, or None where it is not set up."""
    if not config.is_set:
        return None
    github = GitHub(config, now)
    reader = Reader(config, github, now)
    return GitHubParts(
        connector=GitHubConnector(config, github, now, notify=reader.wake),
        announcer=Announcer(config),
        reader=reader,
        webhook=GitHubWebhook(config.webhook_secret, now, reader.wake),
    )
