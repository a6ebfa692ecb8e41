"""People on the outside host, each with an account, a key and a ~/.ssh/config there, who work with the real ssh."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from support.gateway_network import HOST, Network, host_key
from support.namespaces import Host, end


@dataclass(frozen=True)
class Member:
    """A person of one or more teams."""

    name: str
    key: str
    host: Host

    def configure(self, text: str) -> None:
        """Write the handout's `~/.ssh/config`, as it is."""
        self.host.write(f"/home/{self.name}/.ssh/config", text)

    def ssh(self, *arguments: str, data: str = "") -> "subprocess.CompletedProcess[str]":
        """Run ssh to its end. It never asks; all else is as in the person's configuration."""
        return self.host.try_("ssh", "-o", "BatchMode=yes", *arguments, data=data, user=self.name)

    @contextmanager
    def staying(self, *arguments: str, until: str = "here") -> Iterator["subprocess.Popen[str]"]:
        """An ssh that stays, and has printed that word."""
        process = self.host.start("ssh", "-o", "BatchMode=yes", *arguments, user=self.name)
        assert process.stdout is not None
        try:
            seen = ""
            while until not in seen:
                line = process.stdout.readline()
                assert line, f"ssh {' '.join(arguments)} ended: {seen}"
                seen += line
            yield process
        finally:
            end(process)


def make_member(network: Network, name: str) -> Member:
    """An account on the outside host with a new key, which knows the keys of all hosts."""
    host = network.outside
    host.run("useradd", "--create-home", name)
    host.run("sh", "-c", "mkdir -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519", user=name)
    known = {HOST: network.gateway, **network.machines}
    host.write(f"/home/{name}/.ssh/known_hosts", "".join(f"{place} {host_key(there)}\n" for place, there in known.items()))
    return Member(name, " ".join(host.read(f"/home/{name}/.ssh/id_ed25519.pub").split()[:2]), host)
