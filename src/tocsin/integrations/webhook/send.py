"""Post messages to an address as signed webhooks. Never follows a redirect, never keeps a connection open.

*Source*: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt

TRY_AGAIN = frozenset({408, 409, 425, 429})
MEND_SIGNING = (
    "Set TOCSIN_WEBHOOK_SECRET to whsec_ and 24 to 64 random bytes in base64, start Tocsin again, then retry."
)
MEND_ADDRESS = "Correct the address (TOCSIN_WEBHOOK_URL), start Tocsin again, then retry this."


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`secret` signs ("whsec_…"); `url` is what a probe reaches, "" for none; `proxy` an HTTP proxy's address or "";
    `ca_file` a file of further certificates to trust, or ""."""

    secret: str = ""
    url: str = ""
    timeout_seconds: float = 10.0
    proxy: str = ""
    ca_file: str = ""


class WebhookConnector:
    """Delivers to a URL. The header `webhook-id` is the message's identity, the same on every try."""

    name = "webhook"

    def __init__(
        self,
        settings: WebhookSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        secret_for: Callable[[str], str | None] = lambda url: None,
    ) -> None:
        """`secret_for` gives the key of an address that has one of its own; the settings' key signs for all others."""
        self._settings = settings
        self._clock = clock
        self._secret_for = secret_for
        self._trust = httpx.create_ssl_context(trust_env=False)
        if settings.ca_file:
            self._trust.load_verify_locations(settings.ca_file)

    def send(self, outgoing: Outgoing) -> Receipt:
        body = payload(outgoing)
        url = outgoing.destination.address
        headers = self._headers(outgoing.identity, body, self._secret_for(url) or self._settings.secret)
        try:
            with self._client() as client, client.stream("POST", url, content=body, headers=headers) as response:
                self._judge(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise NotDeliveredError(f"{_host(url)} cannot be reached: {error}", mend=MEND_ADDRESS) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise NotDeliveredError(
                "The webhook's address is no web address.", is_permanent=True, mend=MEND_ADDRESS
            ) from error
        except httpx.HTTPError as error:
            text = f"{_host(url)} did not answer: {type(error).__name__} {error}".strip()
            raise NotDeliveredError(text, is_unclear=True) from error
        return Receipt(external_id=webhook_id(outgoing.identity))

    def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotDeliveredError("A webhook's receiver cannot be asked what it has.", is_permanent=True)

    def probe(self) -> Probe:
        """Reach the address with a HEAD request, whatever it answers: that proves name, network and certificate."""
        url = self._settings.url
        if not url:
            return Probe(is_well=True, summary="No webhook is set up.")
        try:
            self._headers("probe", b"", self._settings.secret)
            with self._client() as client, client.stream("HEAD", url) as response:
                return Probe(is_well=True, summary=f"{_host(url)} answers ({response.status_code}).")
        except NotDeliveredError as error:
            return Probe(is_well=False, summary=error.message, mend=error.mend)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Probe(is_well=False, summary=f"{_host(url)} cannot be reached: {error}", mend=MEND_ADDRESS)

    def _client(self) -> httpx.Client:
        """Return a client of one request: a connection kept open can close under a message and leave it unclear."""
        return httpx.Client(
            timeout=self._settings.timeout_seconds,
            verify=self._trust,
            proxy=self._settings.proxy or None,
            follow_redirects=False,
            trust_env=False,
        )

    def _headers(self, identity: str, body: bytes, secret: str) -> Mapping[str, str]:
        now = self._clock()
        try:
            signature = Webhook(secret).sign(webhook_id(identity), now, body.decode())
        except (EmptyWebhookSecretError, binascii.Error) as error:
            raise NotDeliveredError(
                "The key that signs webhooks is missing or no base64.", is_permanent=True, mend=MEND_SIGNING
            ) from error
        return {
            "content-type": "application/json",
            "user-agent": "Tocsin",
            "webhook-id": webhook_id(identity),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }

    def _judge(self, response: httpx.Response) -> None:
        """Return where the receiver took the message, and else *raise* NotDeliveredError."""
        status, host = response.status_code, response.url.host
        if response.is_success:
            return
        text = f"{host} answered {status} {response.reason_phrase}".strip() + "."
        if status in TRY_AGAIN or status >= 500:
            raise NotDeliveredError(text, retry_at=self._retry_at(response.headers.get("retry-after")))
        raise NotDeliveredError(text, is_permanent=True, mend=_mend(status, response.headers.get("location", "")))

    def _retry_at(self, wait: str | None) -> datetime | None:
        """Return the moment that a Retry-After header names, in seconds or as a date."""
        if not wait:
            return None
        if wait.strip().isdecimal():
            return self._clock() + timedelta(seconds=min(int(wait), 10**7))
        try:
            moment = parsedate_to_datetime(wait)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def payload(outgoing: Outgoing) -> bytes:
    """Return the body, the same bytes on every try.

    *Shape*: `{"type": kind, "timestamp": when queued, "data": {identity, thread, subject, text, html, url, data}}`.
    """
    fields = ("identity", "thread", "subject", "text", "html", "url")
    at = outgoing.queued_at
    envelope = {
        "type": outgoing.kind,
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None,
        "data": {**{name: getattr(outgoing, name) for name in fields}, "data": dict(outgoing.data)},
    }
    return json.dumps(envelope, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def webhook_id(identity: str) -> str:
    """Return the identity as a header may hold it: letters, digits, `:`, `_`, `-`, and no full stop, which the
    signature uses to separate."""
    return quote(identity, safe=":").replace(".", "%2E").replace("~", "%7E")


def _host(url: str) -> str:
    """Return the host alone, since an address may hold a secret in its path."""
    try:
        return httpx.URL(url).host or "The webhook's address"
    except httpx.InvalidURL:
        return "The webhook's address"


def _mend(status: int, location: str) -> str:
    if 300 <= status < 400:
        return f"The address has moved to {location or 'another place'}; redirects are not followed. {MEND_ADDRESS}"
    if status in {401, 403}:
        return "The receiver refuses the signature: give both sides the same TOCSIN_WEBHOOK_SECRET, then retry this."
    if status in {404, 410}:
        return f"Nobody listens at this address any more. {MEND_ADDRESS}"
    return "The receiver refuses this message: ask those who run it why, then retry or cancel this."
