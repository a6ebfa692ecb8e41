"""What Proxmox's refusals mean.

The status decides wherever it tells things apart. For 500, and in the results of tasks, the text is the server's only signal: the phrases
below were recorded from Proxmox VE 9.1. They give an error its type, here and nowhere else; what is tried again goes by that type.
"""

import re
from collections.abc import Mapping

from eiginfra.core.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    TransientError,
)
from eiginfra.providers.http import IDEMPOTENT, status_error

NODE_STATUSES = frozenset({595, 596, 597, 599})
"""What pveproxy answers when the node that should answer does not: AnyEvent::HTTP's pseudo statuses."""


class NodeSilentError(TransientError):
    """A node does not answer the one that was asked to pass a request on."""


class BusyError(TransientError):
    """Refused because somebody else holds a lock: nothing was done, so any request may be sent again."""


_PHRASES: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = tuple(
    (re.compile(phrase), kind)
    for phrase, kind in (
        (r"got timeout$", BusyError),
        (r"\bis locked \(", BusyError),
        (r"checksum mismatch \(file change by other user\?\)", StaleError),
        (r"detected modified configuration - file changed by other user", StaleError),
        (r"\balready exists\b", AlreadyExistsError),
        (r"\.conf' failed: File exists$", AlreadyExistsError),
        (r"\bdoes not exist\b", NotFoundError),
        (r"unable to find configuration file for (VM|CT) \d+", NotFoundError),
        (r"^storage '[^']+' is not available on node ", NotFoundError),
        (r"^no such (task|IPSet|user)\b", NotFoundError),
    )
)


def meaning(phrase: str) -> type[ProviderError]:
    """The type of error that a phrase of the server's stands for; PermanentError when it is not a known one."""
    return next((kind for pattern, kind in _PHRASES if pattern.search(phrase.strip())), PermanentError)


def refusal(status: int, reason: str, errors: Mapping[str, object] | None, method: str, what: str) -> ProviderError:
    """The typed error for an answer with an error status.

    reason: the reason phrase, where Proxmox puts its message. errors: parameter -> complaint, of a 400. what: what was being done.
    """
    said = "; ".join(f"{name}: {' '.join(str(text).split())}" for name, text in sorted((errors or {}).items()))
    text = f"{what}: {said or reason}"
    match status:
        case 401:
            return PermissionDeniedError(f"{text}; the server does not accept the token: see token_id and token under `proxmox:`")
        case 403 if meaning(reason.rstrip(")")) is NotFoundError:
            return NotFoundError(text)
        case 403:
            return PermissionDeniedError(f"{text}; the token may not do that (eiginfra doctor says what is missing)")
        case 400:
            return meaning(reason)(text) if errors is None else PermanentError(text)
        case 500:
            return meaning(reason)(text)
        case 501:
            return PermanentError(f"{text}; is this a Proxmox VE 8.2 or newer?")
        # 595: no connection came about, so nothing was done; after the others the work may have been done.
        case _ if status == 595 or (status in NODE_STATUSES and method in IDEMPOTENT):
            return NodeSilentError(f"{text}; the node cannot be reached")
        case _:
            return status_error(status, method, text)
