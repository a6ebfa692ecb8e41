"""What `eiginfra doctor --token-limits` tries on the gateway.

Why nothing changes: `sudo -n true` runs a program that does nothing, and `sudo -n -l PROGRAM VERB` only asks sudo whether it would run it
(sudo(8), `-l` with a command: exit code 1 where it is not allowed; `-n` never waits for a password). sudo logs what it refuses.
"""

from collections.abc import Iterator
from functools import partial

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.finding import Finding, warning
from eiginfra.providers.attempts import Attempt, try_all
from eiginfra.providers.gateway import program
from eiginfra.providers.gateway.client import SECONDS, Connection
from eiginfra.providers.gateway.settings import GatewaySettings

_OTHER = ("sudo", "-n", "true")
_MAY = ("sudo", "-n", "-l", program.PATH)


def token_limits(connection: Connection, site: GatewaySettings, *, read_only: bool) -> Iterator[Finding]:
    """What sudo lets eiginfra's account run and needs not; read_only: the verbs that write too. Raises what the connection raises."""
    verbs = program.READING if read_only else (*program.VERBS, *program.NODE_VERBS)
    about = {"user": site.user, "line": program.sudoers(site.user, verbs)}
    anything = Attempt(warning("key-may-run-anything", about), partial(_run, connection, *_OTHER))
    others = [
        Attempt(warning("key-may-run-writing-verb", about, verb=verb), partial(_run, connection, *_MAY, verb))
        for verb in (*program.VERBS, *program.NODE_VERBS)
        if verb not in verbs
    ]
    yield from try_all([anything, *others], "gateway")


def _run(connection: Connection, *words: str) -> None:
    answer = connection.run(words, seconds=SECONDS, writes=False)
    if answer.code != 0:
        raise PermissionDeniedError(answer.said)
