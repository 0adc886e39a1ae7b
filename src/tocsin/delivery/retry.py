"""When to try a delivery again, and when to give it up. Pure: time and chance are arguments.

*Source*: full jitter, https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The wait before try n is drawn from 0 to `first` * 2^(n-1), at most `cap` and never under `least`.

    After `give_up_after` of failing, counted from the first failure, a person is asked. A wait that the service asks
    for is kept, up to `longest_wait`. After an unclear outcome at least `unclear_least` passes, so that a message still
    on its way arrives before it is looked for.
    """

    first: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(minutes=10)
    least: timedelta = timedelta(milliseconds=100)
    unclear_least: timedelta = timedelta(seconds=2)
    give_up_after: timedelta = timedelta(hours=24)
    longest_wait: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try again at `at`, and give up if it still fails at or after `give_up_at`."""

    at: datetime
    give_up_at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop trying. `mend` says what a person can do, "" where the failure said so itself."""

    mend: str = ""


def after_failure(
    policy: RetryPolicy,
    error: UnavailableError,
    *,
    attempts: int,
    give_up_at: datetime | None,
    now: datetime,
    chance: Callable[[], float],
) -> TryAgain | GiveUp:
    """Return what follows a failure. `attempts` counts this one; `give_up_at` is None at the first failure in a row.

    `chance` returns a number from 0 up to 1.
    """
    if error.is_permanent:
        return GiveUp()
    give_up_at = give_up_at or now + policy.give_up_after
    if now >= give_up_at:
        hours = policy.give_up_after.total_seconds() / 3600
        return GiveUp(f"It failed for {hours:g} hours. Mend what the last error names, then retry it.")
    wait = max(backoff(policy, attempts, chance), policy.unclear_least if error.is_unclear else policy.least)
    return TryAgain(max(now + wait, asked_wait(policy, error, now) or now), give_up_at)


def backoff(policy: RetryPolicy, attempts: int, chance: Callable[[], float]) -> timedelta:
    """Return the wait after this many attempts (1 or more)."""
    doublings = min(attempts - 1, 40)
    return max(policy.least, min(policy.cap, policy.first * (1 << doublings)) * chance())


def asked_wait(policy: RetryPolicy, error: UnavailableError, now: datetime) -> datetime | None:
    """Return until when the service asked for quiet, or None where it did not or the moment has passed."""
    if error.is_permanent or error.retry_at is None or error.retry_at <= now:
        return None
    return min(error.retry_at, now + policy.longest_wait)
