"""One call of the gateway program, as its verbs see it."""

from dataclasses import dataclass

from eiginfra.lab.gateway.configuration import GatewayLimits
from eiginfra.lab.gateway.data import GivenData, RefusedByProgramError
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.state import PENDING, GatewayState


class EndedError(Exception):
    """The call ends with another code than 0: what it says on standard error."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass
class ProgramCall:
    """What a verb was sent, and what it works on."""

    lab: GatewayLab
    limits: GatewayLimits
    given: GivenData
    waiting: bool = False
    """Whether an earlier call about the same thing was cut."""
    _note: str = ""

    @property
    def state(self) -> GatewayState:
        """The server."""
        return self.lab.state

    def need(self, *programs: str) -> None:
        """Raise 69 for the first program that is missing."""
        for program in programs:
            if program in self.state.missing:
                raise EndedError(69, f"missing: {program}")

    def need_setup(self, path: str) -> None:
        """Refuse where a file of `setup` is gone."""
        if path not in self.state.files:
            raise RefusedByProgramError(path, "not there: setup was not run")

    def text(self, path: str) -> str:
        """A file's text, empty where there is none."""
        return self.state.files.get(path, "")

    def write(self, path: str, text: str) -> None:
        """Write a file; raises 73 where the disk is full, and then nothing was done."""
        if text and self.state.disk_full:
            raise EndedError(73, f"cat: write error: No space left on device\ncannot write {path}")
        self.state.files[path] = text

    def drop(self, path: str) -> None:
        """Delete a file, if it is there."""
        self.state.files.pop(path, None)

    def begin(self, note: str, text: str = "") -> None:
        """Note what is under way; an earlier note stays as it is."""
        self.waiting, self._note = note in self.state.pending, note
        if self.waiting:
            return
        if text and self.state.disk_full:
            raise EndedError(73, f"cat: write error: No space left on device\ncannot write {PENDING}/{note}")
        self.state.pending[note] = text

    def finish(self) -> None:
        """It is done."""
        self.state.pending.pop(self._note, None)

    def give_up(self, error: EndedError) -> EndedError:
        """All is as before: a note that was there before stays."""
        if not self.waiting:
            self.finish()
        return error
