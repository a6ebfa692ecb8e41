"""As much of systemd as one server's start and a reload take: the commands that units name, in their order."""

import shlex
from collections.abc import Iterator

from support.namespaces import Host

FORWARDS = "eiginfra-forwards.service"
NFTABLES = "nftables.service"
_FOLDERS = ("etc/systemd/system", "lib/systemd/system", "usr/lib/systemd/system")


class Units:
    """The units of one host."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def start(self) -> None:
        """The host's start: nftables' unit, and what is enabled and comes after it."""
        self._run(NFTABLES, "ExecStart")
        for unit in self._enabled():
            assert NFTABLES in self._words(unit, "Unit", "After")
            self._run(unit, "ExecStart")

    def restart(self, unit: str) -> None:
        """Stop it and what is part of it, and start both."""
        parts = [each for each in self._enabled() if unit in self._words(each, "Unit", "PartOf")]
        for each in [*parts, unit]:
            self._run(each, "ExecStop")
        for each in [unit, *parts]:
            self._run(each, "ExecStart")

    def reload(self, unit: str) -> None:
        """Reload it, and what takes part in its reloads."""
        parts = [each for each in self._enabled() if unit in self._words(each, "Unit", "ReloadPropagatedFrom")]
        for each in [unit, *parts]:
            self._run(each, "ExecReload")

    def _enabled(self) -> Iterator[str]:
        return (link.name for link in sorted(self.host.root.glob("etc/systemd/system/*.wants/eiginfra-*")))

    def _run(self, unit: str, key: str) -> None:
        for line in self._lines(unit, "Service", key):
            may_fail = line.startswith("-")
            done = self.host.try_(*shlex.split(line.lstrip("-")))
            assert done.returncode == 0 or may_fail, f"{unit}: {line}: {done.stderr}"

    def _words(self, unit: str, section: str, key: str) -> list[str]:
        return [word for line in self._lines(unit, section, key) for word in line.split()]

    def _lines(self, unit: str, section: str, key: str) -> list[str]:
        """All values of a key, which may be there more than once."""
        text = next(file for folder in _FOLDERS if (file := self.host.root / folder / unit).exists()).read_text(encoding="utf-8")
        found, here = [], ""
        for line in text.splitlines():
            if line.startswith("["):
                here = line.strip("[]")
            elif here == section and line.startswith(f"{key}="):
                found.append(line.partition("=")[2].strip())
        return found
