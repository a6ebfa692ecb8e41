"""One connection over SSH for a whole run, used by many threads: opened when first needed, again when it was lost, and counted."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from eiginfra.core.errors import EiginfraError, LostAnswerError, PermissionDeniedError, TransientError, UnreachableError
from eiginfra.providers.http import Meter
from eiginfra.providers.ssh_host_keys import HostKey, HostKeyError, HostKeys
from eiginfra.providers.ssh_target import LostError, SshAnswer, SshPolicy, SshTarget, command_line

if TYPE_CHECKING:
    from eiginfra.providers.ssh import SshSession
    from eiginfra.providers.ssh_login import Dial, Stream

T = TypeVar("T")


class SshConnection:
    """A server that commands are run on, directly or through another one; safe to use from several threads. Close it."""

    def __init__(self, target: SshTarget, policy: SshPolicy | None = None, through: "SshConnection | None" = None) -> None:
        self.target = target
        self.policy: SshPolicy = policy or (through.policy if through else SshPolicy())
        self._through = through
        self._session: SshSession | None = None
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._failed: EiginfraError | None = None
        self._failures = 0
        self._beyond: dict[SshTarget, SshConnection] = {}
        self.asked = 0
        """By how many threads just now."""
        self.openings = threading.BoundedSemaphore(self.policy.openings)

    def run(
        self,
        words: Sequence[str],
        data: bytes = b"",
        *,
        seconds: float = 60,
        writes: bool,
        script: str | None = None,
        sudo: bool = False,
    ) -> SshAnswer:
        """Run a program with these arguments, and data on its standard input; its exit code is part of the answer.

        seconds: from its start to its end. writes: whether it may change anything. If the connection is lost, what only reads is run again
        once, over a new one. script: the text of a shell program that is not there; it is sent along, and `words` are its name and its
        arguments. sudo: as root, without a password.

        Raises HostKeyError; PermissionDeniedError where no key is accepted; UnreachableError where the server cannot be reached, or the
        time of the phase is over; LostAnswerError for a command that may have changed something; TransientError for what another try may
        bring; PermanentError for a server that runs no commands, or answers without end.
        """
        line = command_line(words, script, sudo=sudo)

        def ask(session: "SshSession") -> SshAnswer:
            left = self._left(seconds)
            self.policy.meter.count("command")
            return session.run(line, data, left, writes=writes)

        return self._asked(ask, writes=writes)

    @property
    def host_key(self) -> HostKey:
        """The key that the server has shown; asks it where that has not happened yet. Raises as `run` does."""
        return self._opened().host_key

    def to(self, target: SshTarget, meter: Meter | None = None) -> "SshConnection":
        """The connection to a machine behind this server; the same one for the same target. meter: for it.

        It is kept as long as this one, unless there are too many: then those that nobody uses are ended, and opened again when used.
        """
        policy = self.policy if meter is None else replace(self.policy, meter=meter)
        with self._lock:
            connection = self._beyond.setdefault(target, SshConnection(target, policy, self))
            idle = [known for known, one in self._beyond.items() if one is not connection and not one.asked]
            ended = [self._beyond.pop(known) for known in idle[: max(0, len(self._beyond) - self.policy.machines)]]
        for one in ended:
            one.close()
        return connection

    def limit(self, seconds: float | None) -> None:
        """From now on all has to end within so many seconds, or UnreachableError is raised; None: each command has its own time only.

        It holds for the connections to machines behind it, too.
        """
        self.policy.bounds.phase.begin(seconds)

    def requests(self) -> Mapping[str, int]:
        """What was done so far: `connection`, `command`, `channel` (a command's, or a connection to a machine)."""
        return self.policy.meter.counts

    def close(self) -> None:
        """End it, and what goes through it; what is run afterwards opens it again."""
        with self._lock:
            session, self._session = self._session, None
            beyond = list(self._beyond.values())
            self._beyond.clear()
        # This one first: ending what goes through it then waits for nobody.
        if session is not None:
            session.close()
        for connection in beyond:
            connection.close()

    def _asked(self, ask: Callable[["SshSession"], T], *, writes: bool) -> T:
        """What a session answers; asked once more where the connection was lost, unless that might do work twice."""
        with self._counting():
            try:
                return ask(self._opened())
            except LostError as problem:
                if problem.sent and writes:
                    raise LostAnswerError(f"{problem}; the work may have been done") from None
            try:
                return ask(self._opened())
            except LostError as problem:
                family, advice = TransientError, "try again later"
                if problem.sent and writes:
                    family, advice = LostAnswerError, "the work may have been done"
                raise family(f"{problem}; {advice}") from None

    @contextmanager
    def _counting(self) -> Iterator[None]:
        with self._lock:
            self.asked += 1
        try:
            yield
        finally:
            with self._lock:
                self.asked -= 1

    def _opened(self) -> "SshSession":
        """The session, opened where there is none.

        Who waits for somebody else's attempt shares its failure. A server that refused is not asked again in this run: it might shut out
        whoever tries too often.
        """
        before = self._failures
        with self._opening:
            session = self._session
            if session is not None and session.active:
                return session
            if self._failed is not None and (self._failures != before or isinstance(self._failed, HostKeyError | PermissionDeniedError)):
                raise self._failed
            try:
                session = self._open()
            except EiginfraError as problem:
                self._failed = problem
                self._failures += 1
                raise
            self._failed = None
            with self._lock:
                self._session = session
            return session

    def _open(self) -> "SshSession":
        # paramiko takes long to load, and most commands ask no server.
        from eiginfra.providers.ssh import open_session  # noqa: PLC0415
        from eiginfra.providers.ssh_login import connect  # noqa: PLC0415

        seconds = self._left(self.policy.opening)
        through = self._through
        with through.openings if through else nullcontext():
            dial = self._counted(partial(through.stream if through else connect, self.target))
            session = open_session(self.target, self.policy, dial, seconds)
        if self.target.host_keys.first:
            self.target = replace(self.target, host_keys=HostKeys.of_keys([session.host_key]))
        return session

    def stream(self, target: SshTarget, seconds: float) -> "Stream":
        """A connection from this server to a machine. Raises UnreachableError where this one keeps everybody out."""
        try:
            return self._asked(lambda session: session.tcp(target.host, target.port, seconds), writes=False)
        except (HostKeyError, PermissionDeniedError) as problem:
            raise UnreachableError(str(problem)) from problem  # it is not the machine that refuses

    def _left(self, seconds: float) -> float:
        """So many seconds, or those that are left of the phase. Raises UnreachableError where there are none."""
        left = min(seconds, self.policy.bounds.phase.left())
        if not left:
            raise UnreachableError(f"{self.target}: the time to read all that is needed is over; see whether the server is well")
        return left

    def _counted(self, dial: "Dial") -> "Dial":
        def counting(seconds: float) -> "Stream":
            self.policy.meter.count("connection")
            return dial(seconds)

        return counting
