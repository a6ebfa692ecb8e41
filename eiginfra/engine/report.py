"""How the changes of a plan ended."""

from dataclasses import dataclass
from enum import StrEnum

from eiginfra.core.change import Change
from eiginfra.core.reason import Reason


class Outcome(StrEnum):
    """How a change ended. WAITING: done as far as we can; the server or a person must finish."""

    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    """One change and how it ended; `reason` says why when it is not plainly done, `exit_code` what a failure means for the command."""

    change: Change
    outcome: Outcome
    reason: Reason | None = None
    seconds: float = 0.0
    exit_code: int = 0

    @property
    def achieved(self) -> bool:
        """Whether what was asked for is there, if perhaps not in force yet; what somebody else's lock kept from being done is not."""
        return self.outcome is Outcome.DONE or (self.outcome is Outcome.WAITING and self.reason is not None and self.reason.code == "waits")


@dataclass(frozen=True)
class ApplyReport:
    """All results, in the order they ended."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def of(self, *outcomes: Outcome) -> tuple[Result, ...]:
        """The results with one of these outcomes."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    @property
    def failed(self) -> bool:
        """Whether anything was not done."""
        return bool(self.of(Outcome.FAILED, Outcome.REFUSED, Outcome.SKIPPED))
