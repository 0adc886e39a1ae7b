"""What the settings say about GitHub, as a value. Reads no environment; the project's wiring fills it in."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "github"
API_URL = "https://api.github.com"
PATHS = (".github/ISSUE_TEMPLATE/*",)


@dataclass(frozen=True, slots=True)
class GitHubConfig:
    """An App (`app_id`, `private_key`, `installation`) or a `token`. `repository` ("owner/name") holds the incidents'
    issues and the playbooks; `follow_up_repository` "" is the same one. `playbook_paths` may end in `*`.

    `closes_issue`: incident and issue close and reopen together, either way. `polls_every_seconds` is how
    often it looks by itself; with a webhook that is only for what a webhook lost.
    """

    repository: str = ""
    api_url: str = API_URL
    base_url: str = ""
    app_id: str = ""
    private_key: str = ""
    installation: int = 0
    token: str = ""
    webhook_secret: str = ""
    playbook_paths: tuple[str, ...] = PATHS
    follow_up_repository: str = ""
    follow_up_remind_days: int = 14
    closes_issue: bool = True
    posts_updates: bool = True
    note_reaction: str = "rocket"
    polls_every_seconds: int = 60
    timeout_seconds: int = 15

    @property
    def is_set(self) -> bool:
        return bool(self.repository and (self.token or (self.app_id and self.private_key and self.installation)))

    @property
    def follow_ups_in(self) -> str:
        return self.follow_up_repository or self.repository
