"""Waits grow, are spread by chance, keep what a service asks for, and end after a day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.delivery.cast import NOW
from tocsin.delivery.ports import NotDeliveredError
from tocsin.delivery.retry import GiveUp, RetryPolicy, TryAgain, after_failure, backoff

POLICY = RetryPolicy()
chances = st.floats(0, 1, exclude_max=True)


def _after(error: NotDeliveredError, **more: object) -> TryAgain | GiveUp:
    facts: dict[str, object] = {"attempts": 1, "give_up_at": None, "now": NOW, "chance": lambda: 0.5, **more}
    return after_failure(POLICY, error, **facts)  # type: ignore[arg-type]


@settings(deadline=None)
@given(attempts=st.integers(1, 10**6), chance=chances)
def test_a_wait_is_never_longer_than_the_cap_nor_so_short_that_it_hammers(attempts: int, chance: float) -> None:
    assert POLICY.least <= backoff(POLICY, attempts, lambda: chance) <= POLICY.cap


@settings(deadline=None)
@given(attempts=st.integers(1, 60), chance=st.floats(0.2, 1, exclude_max=True))
def test_waits_grow(attempts: int, chance: float) -> None:
    assert backoff(POLICY, attempts, lambda: chance) <= backoff(POLICY, attempts + 1, lambda: chance)


def test_waits_double_from_a_second_to_ten_minutes() -> None:
    waits = [
        round(backoff(POLICY, attempts, lambda: 0.999_999).total_seconds()) for attempts in (1, 2, 3, 4, 10, 11, 99)
    ]
    assert waits == [1, 2, 4, 8, 512, 600, 600]


@settings(deadline=None)
@given(seconds=st.integers(1, 86_400), attempts=st.integers(1, 50), chance=chances)
def test_a_wait_that_is_asked_for_is_kept(seconds: int, attempts: int, chance: float) -> None:
    asked = NOW + timedelta(seconds=seconds)
    step = _after(NotDeliveredError(retry_at=asked), attempts=attempts, chance=lambda: chance)
    assert isinstance(step, TryAgain) and step.at >= asked


def test_what_may_still_be_on_its_way_is_given_time_to_arrive() -> None:
    step = _after(NotDeliveredError(is_unclear=True), chance=lambda: 0.0)
    assert isinstance(step, TryAgain) and step.at == NOW + POLICY.unclear_least


def test_a_wait_of_years_is_kept_for_a_day() -> None:
    step = _after(NotDeliveredError(retry_at=NOW + timedelta(days=4000)))
    assert isinstance(step, TryAgain) and step.at == NOW + timedelta(hours=24)


def test_a_moment_that_has_passed_is_no_wait() -> None:
    step = _after(NotDeliveredError(retry_at=NOW - timedelta(days=1)))
    assert isinstance(step, TryAgain) and step.at == NOW + timedelta(seconds=0.5)


def test_a_permanent_failure_ends_at_once() -> None:
    assert _after(NotDeliveredError(is_permanent=True)) == GiveUp()


@settings(deadline=None)
@given(chance=chances)
def test_what_passes_is_tried_for_a_day_and_then_shown(chance: float) -> None:
    now, attempts, give_up_at = NOW, 0, None
    while True:
        attempts += 1
        step = _after(NotDeliveredError(), attempts=attempts, now=now, give_up_at=give_up_at, chance=lambda: chance)
        if isinstance(step, GiveUp) or attempts > 2000:
            break
        assert step.at > now
        now, give_up_at = max(step.at, now + timedelta(minutes=1)), step.give_up_at
    assert timedelta(hours=24) <= now - NOW <= timedelta(hours=24, minutes=10)
    assert isinstance(step, GiveUp) and "24 hours" in step.mend
