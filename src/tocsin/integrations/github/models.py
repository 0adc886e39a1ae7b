"""Which issue belongs to which incident, what both sides last knew, and what GitHub sent. No copy of GitHub beyond that."""

from __future__ import annotations

from django.db import models

from tocsin.people.models import Person


class GitHubAccount(models.Model):
    """A user of GitHub and the person they are here. `number` is GitHub's id, which stays when the login changes."""

    number = models.BigIntegerField(unique=True)
    login = models.CharField(max_length=100)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="github_accounts")

    def __str__(self) -> str:
        return self.login


class IncidentIssue(models.Model):
    """The issue that is an incident's record.

    `known` is what Tocsin last acted upon, `own` the changes it may have made without hearing that they arrived,
    `remarks` sentences that wait to be put into the timeline. `reading` counts the readings of the body. `is_linked`
    says that the incident has the issue's address.
    """

    ref = models.CharField(max_length=30, unique=True)
    repository = models.CharField(max_length=200)
    number = models.BigIntegerField()
    url = models.URLField(max_length=500)
    known = models.JSONField()
    own = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    reading = models.PositiveIntegerField(default=0)
    is_linked = models.BooleanField(default=False)
    must_be_read = models.BooleanField(default=False)
    changed_at = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "number"], name="one_incident_per_issue")]

    def __str__(self) -> str:
        return f"{self.ref} {self.repository}#{self.number}"


class BodyWrite(models.Model):
    """A body that Tocsin wrote, and the one it had read for that. Shows where somebody wrote in between."""

    issue = models.ForeignKey(IncidentIssue, on_delete=models.CASCADE, related_name="writes")
    read = models.TextField()
    written = models.TextField()
    changed_at = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()


class FollowUpIssue(models.Model):
    """The issue of one follow-up. `is_linked` says that the incident has its address."""

    ref = models.CharField(max_length=30)
    follow_up = models.CharField(max_length=100)
    repository = models.CharField(max_length=200)
    number = models.BigIntegerField()
    url = models.URLField(max_length=500)
    is_linked = models.BooleanField(default=False)
    is_closed = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ref", "follow_up"], name="one_issue_per_follow_up"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.follow_up} {self.repository}#{self.number}"


class Arrival(models.Model):
    """One webhook delivery, kept under GitHub's own id so that a repeat of it is one effect."""

    guid = models.CharField(max_length=100, unique=True)
    event = models.CharField(max_length=50)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["done_at", "id"], name="github_arrival_waiting")]

    def __str__(self) -> str:
        return f"{self.event} {self.guid}"


class PlaybookFile(models.Model):
    """A playbook file in a repository. `digest` is the version in use; `bad_commit` the newest one that cannot be."""

    repository = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    blob = models.CharField(max_length=64)
    commit = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    bad_commit = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "path"], name="one_row_per_playbook_file")]

    def __str__(self) -> str:
        return f"{self.repository}/{self.path}"


class PlaybookCommit(models.Model):
    """Where a playbook version came from: every commit that brought these bytes."""

    digest = models.CharField(max_length=80)
    repository = models.CharField(max_length=200)
    path = models.CharField(max_length=500)
    commit = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "repository", "path", "commit"], name="one_row_per_version_commit"
            )
        ]


class ReaderTurn(models.Model):
    """Which process reads GitHub now, until when; one row. And since when it has looked."""

    holder = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    looked_since = models.DateTimeField(null=True, blank=True)
