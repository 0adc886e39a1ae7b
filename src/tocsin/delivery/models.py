"""The outbox: one row a message and destination, with every attempt at it. Holds data and renders it; decides nothing.

A row carries all that is needed to send it again exactly, whatever has become of the incident since.
"""

from __future__ import annotations

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from tocsin.delivery.ports import Destination, Outgoing, Receipt


def lane_of(thread: str, destination: Destination) -> str:
    """Return the name of the line a message stands in: within one line, messages leave in the order they came."""
    return hashlib.sha256("\0".join((destination.connector, destination.address, thread)).encode()).hexdigest()


class Delivery(models.Model):
    """One message to one destination.

    `position` only ever grows, and gives the order within a lane. `next_attempt_at` None is "at once". `leased_by` is
    new with each lease, so that what an old holder reports is told apart. `is_unclear`: the outside may have it
    already. `mend` says what a person has to do. `give_up_at` is set by the first failure.
    """

    class Status(models.TextChoices):
        """`failed` needs a person; `replaced` was overtaken by a newer message before it left."""

        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        CANCELLED = "cancelled", _("cancelled")
        REPLACED = "replaced", _("replaced")

    position = models.BigAutoField(primary_key=True)
    identity = models.CharField(max_length=255, unique=True)
    connector = models.CharField(max_length=50)
    address = models.TextField()
    thread = models.CharField(max_length=100)
    lane = models.CharField(max_length=64)
    kind = models.CharField(max_length=50)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    url = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    fold = models.CharField(max_length=255, blank=True)
    follows = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    give_up_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=100, blank=True)
    is_unclear = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)
    mend = models.TextField(blank=True)
    external_id = models.TextField(blank=True)
    external_url = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["connector", "position"], condition=models.Q(status="queued"), name="delivery_waiting"
            ),
            # Not a partial one: SQLite cannot see that `status IN (?, ?)` is the condition, and would read every row.
            models.Index(fields=["lane", "position"], name="delivery_lane_order"),
            models.Index(fields=["external_id"], name="delivery_receipt"),
            models.Index(fields=["lease_until"], condition=models.Q(status="sending"), name="delivery_leased"),
            models.Index(fields=["status", "created_at"], name="delivery_health"),
            models.Index(fields=["thread", "position"], name="delivery_thread"),
            models.Index(fields=["address", "position"], condition=models.Q(connector="room"), name="delivery_notices"),
        ]

    def __str__(self) -> str:
        return f"{self.identity} ({self.status})"

    @property
    def destination(self) -> Destination:
        return Destination(self.connector, self.address)

    @property
    def receipt(self) -> Receipt:
        return Receipt(self.external_id, self.external_url)

    def outgoing(self, parent: Receipt | None = None) -> Outgoing:
        """Return the message exactly as it was queued. `parent` is the receipt of the delivery it follows."""
        return Outgoing(
            identity=self.identity,
            destination=self.destination,
            kind=self.kind,
            thread=self.thread,
            subject=self.subject,
            text=self.text,
            html=self.html,
            url=self.url,
            data=self.data,
            fold=self.fold,
            follows=self.follows,
            queued_at=self.created_at,
            parent=parent,
        )


class Attempt(models.Model):
    """One try at a delivery: when it ended, how, and how long it took."""

    class Outcome(models.TextChoices):
        """`found` was there already; `lost` means that the worker stopped before it could say."""

        SENT = "sent", _("sent")
        FOUND = "found", _("found there already")
        FAILED = "failed", _("failed")
        LOST = "lost", _("the worker stopped")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    error = models.TextField(blank=True)
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.outcome}"


class Pause(models.Model):
    """A connector asked for quiet until a moment: for an address, for a scope of its own, or for all (scope "")."""

    connector = models.CharField(max_length=50)
    scope = models.TextField(blank=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "scope"], name="one_pause_per_scope")]

    def __str__(self) -> str:
        return f"{self.connector} {self.scope} until {self.until:%Y-%m-%d %H:%M:%S}"


class WebhookEndpoint(models.Model):
    """A program's address that hears of events. `event_types` are names of events; empty: of all of them.

    `secret` ("whsec_…") signs what goes there.
    """

    url = models.CharField(max_length=2000, unique=True)
    event_types = models.JSONField(default=list)
    secret = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"webhook {self.pk}"

    @property
    def thread(self) -> str:
        """What its tests are grouped under."""
        return f"webhook-{self.pk}"

    def hears(self, event_type: str) -> bool:
        return not self.event_types or event_type in self.event_types
