"""Who a Slack user is here, and which messages of a thread became notes. What Slack holds itself is not copied."""

from __future__ import annotations

from django.db import models

from tocsin.people.models import Person


class SlackAccount(models.Model):
    """A user of a workspace and the person they are. `picture` is the address of Slack's picture of them."""

    team = models.CharField(max_length=40)
    user = models.CharField(max_length=40)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="slack_accounts")
    picture = models.URLField(max_length=500, blank=True)
    is_guest = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_person_per_slack_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class NotedMessage(models.Model):
    """A message in an incident's thread that became a note, so that its edits and its deletion are recorded too."""

    channel = models.CharField(max_length=40)
    ts = models.CharField(max_length=40)
    ref = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    url = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "ts"], name="one_note_per_slack_message")]

    def __str__(self) -> str:
        return f"{self.ref} {self.channel}/{self.ts}"
