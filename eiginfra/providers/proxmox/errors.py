"""What Proxmox's refusals mean.

The status decides wherever it tells things apart. For 500, and in the results of tasks, the text is the server's only signal: the phrases
below were recorded from Proxmox VE 9.1 and 9.2; some of the locks' are in its published sources alone. They give an error its type, here
and nowhere else; what is tried again goes by that type.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from eiginfra.core.errors import (
    AlreadyExistsError,
    HeldError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    TransientError,
)
from eiginfra.providers.http_errors import IDEMPOTENT, status_error

NODE_STATUSES = frozenset({595, 596, 597, 599})
"""What pveproxy answers when the node that should answer does not: AnyEvent::HTTP's pseudo statuses."""


class NodeSilentError(TransientError):
    """A node does not answer the one that was asked to pass a request on."""


class BusyError(TransientError):
    """Refused because somebody else holds a lock for a moment: nothing was done, so any request may be sent again."""


@dataclass(frozen=True)
class ErrorBody:
    """What the JSON of an error answer says: the whole message, and of each parameter what is wrong with it; None where it has not."""

    message: str | None = None
    errors: Mapping[str, object] | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """From a body; one that is no JSON of Proxmox' says nothing."""
        try:
            body = json.loads(text)
        except ValueError:
            return cls()
        message, errors = (body.get("message"), body.get("errors")) if isinstance(body, dict) else (None, None)
        return cls(message if isinstance(message, str) else None, errors if isinstance(errors, dict) and errors else None)


_PHRASES: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = tuple(
    (re.compile(phrase), kind)
    for phrase, kind in (
        (r"\bgot timeout$", BusyError),
        (r"\bgot lock request timeout\b", BusyError),
        (r"\bgot lock timeout - aborting command\b", BusyError),
        (r"\bcan't ac?quire lock\b", BusyError),
        (r"\bno quorum[!?]*$", TransientError),
        (r"\bis locked \(", HeldError),
        (r"checksum mismatch \(file change by other user\?\)", StaleError),
        (r"detected modified configuration - file changed by other user", StaleError),
        (r"\balready exists\b", AlreadyExistsError),
        (r"\.conf' failed: File exists$", AlreadyExistsError),
        (r"\bdoes not exist\b", NotFoundError),
        (r"unable to find configuration file for (VM|CT) \d+", NotFoundError),
        (r"^storage '[^']+' is not available on node ", NotFoundError),
        (r"^no such (task|IPSet|user|vzdump job)\b", NotFoundError),
        (r" - requires 'Permissions\.Modify'", PermissionDeniedError),
    )
)


_EMBEDDED = re.compile(r"(?:[^:\n]+ failed: )?([45]\d\d) (?=[A-Z])")
"""A status in the text of a 500, or in a task's result: `update pools failed: 403 Permission check failed (…)`."""
_PARAMETERS = "Parameter verification failed."
_ROOT_ONLY = re.compile(r"only (?:allowed for root@pam|root (?:can|may) )", re.IGNORECASE)


def meaning(phrase: str) -> type[ProviderError]:
    """The type of error that a task's result, or the text of a 500, stands for; PermanentError when it is not a known one."""
    code, inner = _inner(500, phrase.strip())
    if code != 500:
        return type(refusal(code, inner, None, "GET", ""))
    return next((kind for pattern, kind in _PHRASES if pattern.search(inner)), PermanentError)


def refusal(
    status: int, reason: str, errors: Mapping[str, object] | None, method: str, what: str, *, message: str | None = None
) -> ProviderError:
    """The typed error for an answer with an error status.

    reason: the reason phrase, where Proxmox puts the first line of its message; message: all of it, if the body has it.
    errors: parameter -> complaint. what: what was being done.
    """
    code, phrase = _inner(status, (message or reason).strip())
    text = f"{what}: {_said(reason, message, errors)}"
    match code:
        case 401:
            return PermissionDeniedError(f"{text}; the server does not accept the token: see token_id and token under `proxmox:`")
        case 403 if meaning(phrase.rstrip(")")) is NotFoundError:
            return NotFoundError(text)
        case 403 if _ROOT_ONLY.search(phrase):
            return PermissionDeniedError(f"{text}; no token may do that: an administrator has to, as root")
        case 403:
            return PermissionDeniedError(f"{text}; the token may not do that (eiginfra doctor says what is missing)")
        case 400 | 500:
            return meaning(phrase)(text) if errors is None else PermanentError(text)
        case 501:
            return PermanentError(f"{text}; is this a Proxmox VE 8.2 or newer?")
        # 595: no connection came about, so nothing was done; after the others the work may have been done.
        case _ if code == 595 or (code in NODE_STATUSES and method in IDEMPOTENT):
            return NodeSilentError(f"{text}; the node cannot be reached")
        case _:
            return status_error(code, method, text)


def _inner(status: int, phrase: str) -> tuple[int, str]:
    """The status that is meant, and the phrase without it: what failed within the server's own work is a 500 that names the status."""
    found = _EMBEDDED.match(phrase) if status == 500 else None
    return (int(found[1]), phrase[found.end() :]) if found else (status, phrase)


def _said(reason: str, message: str | None, errors: Mapping[str, object] | None) -> str:
    """All that the server says, on one line; that some parameter is wrong goes without saying where each is named."""
    lines = [" ".join(line.split()) for line in (message or reason).splitlines()]
    lines += [f"{name}: {' '.join(str(text).split())}" for name, text in sorted((errors or {}).items())]
    told = [line for line in lines if line]
    return "; ".join(told[1:] if told[0:1] == [_PARAMETERS] and told[1:] else told)
