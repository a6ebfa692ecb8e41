"""What can go wrong, by type; each type knows the exit code it ends the command with (sysexits.h where there is one)."""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # the command line catches errors before anything else is loaded
    from eiginfra.core.finding import Finding


class EiginfraError(Exception):
    """Anything that eiginfra itself reports: the message says what is wrong and what to do next."""

    exit_code: ClassVar[int] = 1


class UsageError(EiginfraError):
    """The command was called wrongly."""

    exit_code = 64


class InputError(EiginfraError):
    """Inventory, playbook, site or settings file is wrong: carries every finding, not just the first."""

    exit_code = 65

    def __init__(self, findings: "Sequence[Finding]") -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class GuardError(EiginfraError):
    """A plan that is refused as a whole; carries the findings, each with the option or edit that lets it through."""

    def __init__(self, findings: "Sequence[Finding]") -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class LockedError(EiginfraError):
    """Another run holds the journal's lock."""

    exit_code = 75


def bug(problem: Exception) -> str:
    """A mistake of eiginfra's own in words: its type and places, never its text, which may be anything, a secret too."""
    steps = [f"{Path(step.filename).name}:{step.lineno}" for step in traceback.extract_tb(problem.__traceback__)]
    return f"{type(problem).__name__} at {steps[-1] if steps else '?'}, a bug of eiginfra; please report it with {' '.join(steps[-12:])}"


class ProviderError(EiginfraError):
    """A server refused or failed; the message names the object and carries the server's own words."""


class TransientError(ProviderError):
    """Worth another try later: time-out, 429, 502–504, a lock held by somebody else."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class LostAnswerError(TransientError):
    """The request was sent and no answer came: the work may have been done. Look before asking again."""


class HeldError(TransientError):
    """Somebody else works on the object for as long as that takes, such as a backup: a later run does what is left."""


class UnreachableError(TransientError):
    """A service cannot be reached at all: refused connection, unknown host, untrusted certificate."""

    exit_code = 69


class PermanentError(ProviderError):
    """Trying again the same way will fail the same way."""


class PermissionDeniedError(PermanentError):
    """The token is wrong, expired, or may not do that."""

    exit_code = 77


class NotFoundError(PermanentError):
    """The object is not there (any more), or is hidden from this token."""


class AlreadyExistsError(PermanentError):
    """The server has such an object already."""


class StaleError(PermanentError):
    """The object is no longer what the plan saw; this action alone is refused, a new plan will show it."""
