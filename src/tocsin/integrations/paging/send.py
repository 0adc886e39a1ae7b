"""Call people through Apprise. A delivery names the person, never the pager: its address holds a key, so it is looked up
at each try and shown nowhere.

*Source*: https://github.com/caronc/apprise/wiki
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import apprise

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt

SECRET = "secret:"  # noqa: S105 - the mark of a name, not a secret
LONGEST_LINE = 300
MEND_PAGER = "Correct the pager of this person under People or Audiences, then retry this."
MEND_SECRET = "Add it to TOCSIN_PAGERS, start Tocsin again, then retry this."  # noqa: S105 - advice
logging.getLogger("apprise").setLevel(logging.CRITICAL)  # Its log lines hold addresses with keys.


class PagingConnector:
    """Delivers to a person ("person:3") or contact ("contact:5"). `pager_of` gives what the directory has for them, ""
    for nothing; `secrets` are the addresses that it may only name, as in "secret:ana"."""

    name = "paging"

    def __init__(self, pager_of: Callable[[str], str], secrets: Mapping[str, str]) -> None:
        self._pager_of = pager_of
        self._secrets = secrets

    def send(self, outgoing: Outgoing) -> Receipt:
        pager = self._open(outgoing.destination.address)
        body = (
            outgoing.text if not outgoing.url or outgoing.url in outgoing.text else f"{outgoing.text}\n\n{outgoing.url}"
        )
        title = " ".join(outgoing.subject.split())[:LONGEST_LINE]
        try:
            is_taken = pager.notify(body=body, title=title, notify_type=apprise.NotifyType.WARNING)
        except Exception as error:  # A plugin may raise anything; what it says may hold the key.
            raise NotDeliveredError(f"The pager failed: {type(error).__name__}", mend=MEND_PAGER) from None
        if not is_taken:
            raise NotDeliveredError("The pager's service did not take the call.", mend=MEND_PAGER)
        return Receipt(external_id=outgoing.identity)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        raise NotDeliveredError("A pager cannot be asked what it has accepted.", is_permanent=True)

    def probe(self) -> Probe:
        """Check that every secret is an address of a known kind. Calls nobody."""
        bad = [name for name, address in self._secrets.items() if not apprise.Apprise().add(address)]
        if bad:
            return Probe(False, f"These pagers cannot be read: {', '.join(bad)}.", "Correct them in TOCSIN_PAGERS.")
        return Probe(True, "Pagers can be called.")

    def _open(self, ref: str) -> apprise.Apprise:
        address = self._pager_of(ref)
        if not address:
            raise NotDeliveredError("They have no pager.", is_permanent=True, mend=MEND_PAGER)
        if address.startswith(SECRET):
            name = address.removeprefix(SECRET)
            if name not in self._secrets:
                raise NotDeliveredError(f"No pager is kept as {name!r}.", is_permanent=True, mend=MEND_SECRET)
            address = self._secrets[name]
        pager = apprise.Apprise()
        if not pager.add(address):
            raise NotDeliveredError("Their pager is no address that Apprise knows.", is_permanent=True, mend=MEND_PAGER)
        return pager
