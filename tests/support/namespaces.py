"""Hosts of a test: each has namespaces of its own (processes, mounts, network) and a root tree of its own over the machine's files.

Nothing outlives the tests: they run in namespaces themselves (make test-gateway), and with their first process all others end.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TREES = Path("/mnt")
SECONDS = 30
_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
_NEW_NET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
# What a host's first process does: it makes the file systems of a running system, and adopts what others leave behind.
_INIT = """
set -e
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 dev /dev
mkdir -p /run/sshd /run/lock /dev/pts /dev/shm
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
    set -- $node
    mknod -m 666 "/dev/$1" c "$2" "$3"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
ip link set lo up
echo ready
while :; do sleep 3600 & wait; done
"""


def mount_trees() -> None:
    """Memory for the hosts' trees, in the mount namespace of the tests only."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "trees", str(TREES)], check=True, timeout=SECONDS)


class Host:
    """One host. `root` is its tree, seen from the tests; its files outlive `halt`, all else does not."""

    def __init__(self, name: str) -> None:
        self.name = name
        upper, work, self.root = (TREES / name / part for part in ("upper", "work", "root"))
        for folder in (upper, work, self.root):
            folder.mkdir(parents=True)
        for home in ("root", "home"):  # whoever is at home on this machine is not on the host
            upper.joinpath(home).mkdir(mode=0o700 if home == "root" else 0o755)
            os.setxattr(upper / home, "trusted.overlay.opaque", b"y")
        options = f"lowerdir=/,upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "-o", options, name, str(self.root)], check=True, timeout=SECONDS)
        self._init: subprocess.Popen[str] | None = None

    def boot(self) -> None:
        """Start it, with a network of nothing but its loopback."""
        spaces = ["--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--mount-proc", f"--root={self.root}"]
        self._init = subprocess.Popen(["unshare", *spaces, "sh", "-c", _INIT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._init.stdout is not None
        first = self._init.stdout.readline()
        assert first == "ready\n", f"{self.name} does not start: {first}{self._init.stdout.read()}"

    def halt(self) -> None:
        """End its first process: the kernel ends all others, and its network is gone."""
        assert self._init is not None
        os.kill(self.pid, signal.SIGKILL)
        self._init.wait(SECONDS)
        assert self._init.stdout is not None
        self._init.stdout.close()
        self._init = None

    @property
    def pid(self) -> int:
        """Its first process, as the tests see it."""
        assert self._init is not None, f"{self.name} is off"
        children = Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text(encoding="ascii")
        return int(children.split()[0])

    def command(self, arguments: Sequence[str], user: str = "root") -> list[str]:
        """What the tests run to have a command run on this host by somebody."""
        change = [] if user == "root" else ["runuser", "-u", user, "--"]
        return ["nsenter", f"--target={self.pid}", "--all", "--root", "--wd", "--", *change, *arguments]

    def try_(self, *arguments: str, data: str = "", user: str = "root") -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, whatever comes of it."""
        line, environment = self.command(arguments, user), _ENVIRONMENT
        return subprocess.run(
            line, input=data, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment, start_new_session=True
        )

    def run(self, *arguments: str, data: str = "", user: str = "root") -> str:
        """Run a command that has to succeed: what it printed."""
        done = self.try_(*arguments, data=data, user=user)
        assert done.returncode == 0, f"{self.name}: {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *arguments: str, user: str = "root") -> "subprocess.Popen[str]":
        """Start a command that stays."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(self.command(arguments, user), text=True, env=_ENVIRONMENT, start_new_session=True, **pipes)

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        """A file of its tree, given by its path there."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def read(self, path: str) -> str:
        return (self.root / path.lstrip("/")).read_text(encoding="utf-8")

    @contextmanager
    def network(self) -> Iterator[None]:
        """Sockets that this thread makes meanwhile are this host's."""
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(here)
            os.close(here)
            os.close(there)


def end(process: "subprocess.Popen[str]") -> None:
    """End what `start` started, with all that it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with process:
        process.wait(SECONDS)


def _enter(space: int) -> None:
    if _libc.setns(space, _NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
