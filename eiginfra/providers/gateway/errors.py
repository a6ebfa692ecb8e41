"""What the program's refusals mean: its exit codes, and sudo's and the shell's own words where the program did not even begin."""

from collections.abc import Mapping

from eiginfra.core.errors import HeldError, PermanentError, PermissionDeniedError, ProviderError
from eiginfra.providers.gateway import program

_PREPARE = "docs/prepare-gateway.md"


class ProgramMissingError(PermanentError):
    """The program is not installed on the gateway, or sudo is not."""


class ToolMissingError(PermanentError):
    """A program that the verb needs, such as nginx, is missing on the gateway."""


class DataRefusedError(PermanentError):
    """The program takes no such data; nothing was done."""


class ResultRefusedError(PermanentError):
    """nginx or nft refused the result; all is as before."""


_MEANINGS: Mapping[int, tuple[type[ProviderError], str]] = {
    64: (PermanentError, f"the gateway's program has no such verb: it is older than this eiginfra; install the newer one: {_PREPARE}"),
    65: (DataRefusedError, "the gateway's program refuses it"),
    69: (ToolMissingError, f"a program is missing on the gateway; install it: {_PREPARE}"),
    73: (PermanentError, "the gateway could not write a file, all is as before; is its disk full?"),
    74: (ResultRefusedError, "the gateway is as before, since the result was refused"),
    75: (HeldError, "another run works on the gateway"),
    77: (PermissionDeniedError, f"the gateway's program was not run as root; see {_PREPARE}"),
    78: (PermanentError, f"/etc/eiginfra-gateway/configuration on the gateway is wrong; see {_PREPARE}"),
}
_NOT_FOUND = 127


def refusal(code: int, said: str, what: str, user: str) -> ProviderError:
    """The typed error for an exit code other than 0. said: standard error. what: what was being done. user: eiginfra's account there."""
    words = "; ".join(line.strip() for line in said.splitlines() if line.strip())[:2000]
    text = f"{what}: {words}" if words else what
    if code in _MEANINGS:
        kind, meaning = _MEANINGS[code]
        return kind(f"{text}; {meaning}")
    # Neither sudo nor the shell has an exit code of its own for these.
    if code == _NOT_FOUND or f"{program.PATH}: command not found" in said or "sudo: not found" in said:
        return ProgramMissingError(f"{text}; sudo and {program.PATH} must be installed on the gateway: {_PREPARE}")
    if said.lstrip().startswith("sudo:") or "sudo: " in said:
        line = program.sudoers(user)
        return PermissionDeniedError(f"{text}; the gateway's sudo does not let {user} run it; as root, `visudo` must have: {line}")
    return PermanentError(f"{text} (exit code {code}); see {_PREPARE}")
