"""One try at one message: look first where the outside may have it already, else send. Touches no database."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tocsin.delivery.ports import Connector, NotDeliveredError, Outgoing, Receipt
from tocsin.errors import UnavailableError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there. `was_found`: an earlier try had succeeded without our hearing of it."""

    receipt: Receipt
    was_found: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It failed. `is_unclear`: this try or an earlier one may have put it there all the same."""

    error: UnavailableError
    is_unclear: bool

    @property
    def mend(self) -> str:
        return self.error.mend if isinstance(self.error, NotDeliveredError) else ""


Outcome = Sent | Failed


def try_once(connector: Connector, outgoing: Outgoing, *, is_unclear: bool) -> Outcome:
    """Try it and return how it went. Never raises, whatever the connector does."""
    try:
        if is_unclear:
            found, is_unclear = _look(connector, outgoing)
            if found is not None:
                return Sent(found, was_found=True)
        return Sent(connector.send(outgoing))
    except UnavailableError as error:
        return Failed(error, is_unclear or error.is_unclear)
    except Exception as error:
        log.exception("The connector %s has a fault; %s is tried again.", connector.name, outgoing.identity)
        return Failed(_fault(connector, error), is_unclear=True)


def _look(connector: Connector, outgoing: Outgoing) -> tuple[Receipt | None, bool]:
    """Return what was found, and whether the outcome of the earlier try is still unclear afterwards.

    A connector that cannot look has its message sent again with the same identity, by which the receiver tells a
    repeat.
    """
    try:
        return connector.find(outgoing), False
    except UnavailableError as error:
        if error.is_permanent:
            return None, True
        raise


def _fault(connector: Connector, error: Exception) -> NotDeliveredError:
    return NotDeliveredError(
        f"A fault in Tocsin's {connector.name} connector: {type(error).__name__}: {error}",
        is_unclear=True,
        mend="Report this with the log of the worker; it is tried again meanwhile.",
    )
