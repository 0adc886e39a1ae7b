"""The tables of the event log, of what is read from it, and of the clock's memory. Holds no rule and no query."""

from __future__ import annotations

from django.db import models


class PlaybookVersion(models.Model):
    """One compiled document, kept for ever under the digest of its bytes. An incident keeps the version it began with.

    `compiled` is the JSON of the compiled form. Of the versions with one `source_name` only the newest is current.
    """

    digest = models.CharField(max_length=80, primary_key=True)
    name = models.TextField()
    source_name = models.TextField()
    source = models.BinaryField()
    compiled = models.TextField()
    added_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "digest"]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A number that counts without gaps: it is taken in the transaction that uses it and comes back if that fails."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)


class Incident(models.Model):
    """What lists and the clock need of one incident. Everything else is in its events.

    `version` is the number of its events and `last_hash` the hash of the last, so that a cut-off tail is found.
    `next_due_at` is when the clock has to look at it next; empty when nothing is due ever. `speed` is how many of its
    seconds pass in one of ours: more than 1 in a scripted drill, which keeps a time of its own and is never the clock's.
    """

    ref = models.CharField(max_length=30, unique=True)
    number = models.BigIntegerField(unique=True)
    version = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="", blank=True)
    playbook = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="incidents")
    title = models.TextField()
    status = models.CharField(max_length=20)
    severity = models.TextField(null=True)
    is_drill = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    commander = models.CharField(max_length=80, null=True)
    declared_by = models.CharField(max_length=80)
    declared_at = models.DateTimeField()
    began_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    speed = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["next_due_at"], name="incident_next_due"),
            models.Index(fields=["status", "-number"], name="incident_status"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class DrillTime(models.Model):
    """What time it is in a scripted drill: `at` when it was looked at last, which was `moved_at` in our time."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="drill_time")
    at = models.DateTimeField()
    moved_at = models.DateTimeField()


class EventRow(models.Model):
    """One event. Never changed, never deleted; `hash` covers every other column and the hash before it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=60)
    body = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    key = models.CharField(max_length=200, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["incident", "seq"]
        constraints = [models.UniqueConstraint(fields=["incident", "seq"], name="one_event_per_number")]


class CommandKey(models.Model):
    """A command that took effect, so that sending it again is known. `fingerprint` tells it from another command.

    Its events are those after `version_before` up to `version`; there may be none.
    """

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="command_keys")
    version_before = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_effect_per_key")]


class Heartbeat(models.Model):
    """What a machine's steady clock said last, in the run of the machine that `boot_id` names."""

    boot_id = models.CharField(max_length=80, primary_key=True)
    wall_at = models.DateTimeField()
    boot_seconds = models.FloatField()
