"""A machine whose clock a test can set, suspend and reboot."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.cast import T0
from tocsin.desk.steady_clock import Sources


class Machine:
    """Time passes when told to. The wall clock can be set; the count of seconds since boot cannot."""

    def __init__(self, boot_id: str = "boot-1") -> None:
        self.wall = T0
        self.boot_seconds = 1000.0
        self.boot_id = boot_id

    @property
    def sources(self) -> Sources:
        return Sources(lambda: self.wall, lambda: self.boot_seconds, self.boot_id)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, awake or suspended: both clocks run on."""
        self.wall += timedelta(seconds=seconds)
        self.boot_seconds += seconds

    def set_wall(self, hours: float) -> None:
        """Set the wall clock, as an operator or a time server would."""
        self.wall += timedelta(hours=hours)

    def reboot(self, boot_id: str, seconds: float) -> None:
        """Boot again; `seconds` have passed by the wall clock, which may have been set meanwhile."""
        self.wall += timedelta(seconds=seconds)
        self.boot_seconds, self.boot_id = 5.0, boot_id
