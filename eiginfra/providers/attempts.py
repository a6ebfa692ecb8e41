"""What a token must not be able to do, tried on the server: how an attempt is told from its answer, for every service in one way.

An attempt changes nothing, whatever becomes of it: it reads, or it writes what the server refuses for its values, after it has asked
whether the token may write at all. Each service's module says how that order is known.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from eiginfra.core.errors import PermissionDeniedError, ProviderError, UnreachableError
from eiginfra.core.finding import Finding, notice


@dataclass(frozen=True)
class Attempt:
    """One of these. finding: what is said where it is not refused. ask: sends it.

    granted: the errors that only a token meets that may do it; an answer without an error says the same.
    """

    finding: Finding
    ask: Callable[[], object]
    granted: tuple[type[ProviderError], ...] = ()


def try_all(attempts: Iterable[Attempt], service: str) -> Iterator[Finding]:
    """The finding of each that was not refused, a notice for each that tells nothing, and at the end how many were refused.

    Raises UnreachableError where the service does not answer: then nothing is known of the others either.
    """
    refused = total = 0
    for attempt in attempts:
        total += 1
        try:
            attempt.ask()
        except PermissionDeniedError:
            refused += 1
            continue
        except UnreachableError:
            raise
        except ProviderError as problem:
            if not isinstance(problem, attempt.granted):
                yield notice("token-limit-not-tried", service=service, text=str(problem))
                continue
        yield attempt.finding
    yield notice("token-limits-tried", result=f"{service} {refused}/{total}")
