"""A root of its own for the gateway program: this machine's files below, what is written on top of them, and namespaces of its own.

Nothing that is done there reaches the machine that runs the tests: mounts, network, processes, users and files are the root's.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eiginfra.providers.gateway import program

DOMAIN = "eig-apps.example.org"
CERTIFICATE = f"/etc/letsencrypt/live/{DOMAIN}"
CONFIGURATION = f"""# What eiginfra may do here.
domain {DOMAIN}
subnet 192.168.0.0/24
ports 10000-19999
certificate {CERTIFICATE}
challenge /var/www/eiginfra-acme
reserved www
reserved-port 10001
reserved-address 192.168.0.254
"""
MEMORY = "/dev/shm"  # the layers of a root must be on another file system than this machine's files
TOOLS = (
    *("unshare", "nsenter", "nginx", "nft", "sshd", "ssh", "sudo", "flock", "ss", "ip", "iptables", "openssl", "systemd-analyze"),
    *("shellcheck", "curl", "perl"),
)
_BUILD = """
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t proc proc "$4/proc"
mount --rbind /dev "$4/dev"
mount -t tmpfs -o mode=755 tmpfs "$4/run"
mount -t tmpfs -o mode=1777 tmpfs "$4/tmp"
mkdir "$4/run/sshd"
ip link set lo up
exec chroot "$4" /bin/sh -c 'echo ready; sleep infinity & while :; do wait; done'
"""


def missing() -> list[str]:
    """The tools that are not there."""
    return [tool for tool in TOOLS if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]


@dataclass
class Answer:
    """How a call ended."""

    code: int
    out: str
    err: str


@dataclass
class GatewayRoot:
    """A root; `above` are folders with what others wrote, the topmost first. With `size` it is on a file system of so many bytes."""

    above: Sequence[Path] = ()
    size: str | None = None
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="gateway-root-", dir=MEMORY)))
    process: subprocess.Popen[str] | None = None
    entered: list[str] = field(default_factory=list)

    @property
    def upper(self) -> Path:
        """What was written here."""
        return self.folder / "top" / "upper"

    def start(self) -> None:
        """Build it."""
        top = self.folder / "top"
        top.mkdir()
        if self.size:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", top], check=True)
        for name in ("upper", "work", "root"):
            (top / name).mkdir()
        lower = ":".join([*map(str, self.above), "/"])
        build = ["sh", "-c", _BUILD, "build", lower, str(self.upper), str(top / "work"), str(top / "root")]
        spaces = ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
        self.process = subprocess.Popen([*spaces, *build], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if said != "ready\n":
            said += self.process.communicate()[0]
            self.stop()
            raise AssertionError(said)
        pid = self.process.pid
        inner = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0]
        self.entered = ["nsenter", "-t", inner, "--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wdns=/"]

    def halt(self) -> None:
        """End what runs there; what was written stays."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def stop(self) -> None:
        """End what runs there, and take off what was written."""
        self.halt()
        if self.size:
            subprocess.run(["umount", "-l", self.folder / "top"], check=True)
        shutil.rmtree(self.folder)

    def run(self, *command: str, data: str | bytes = "", env: Mapping[str, str] | None = None, timeout: float = 60) -> Answer:
        """A command inside."""
        sent = data if isinstance(data, bytes) else data.encode()
        known = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(env or {})}
        done = subprocess.run([*self.entered, *command], input=sent, capture_output=True, timeout=timeout, check=False, env=known)
        return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def verb(self, verb: str, data: str | bytes = "") -> Answer:
        """The gateway program, with `data` and the line that ends it."""
        return self.run(program.PATH, verb, data=data + ("end\n" if isinstance(data, str) else b"end\n"))

    def sh(self, script: str, *arguments: str) -> str:
        """What a script prints that has to succeed."""
        done = self.run("sh", "-c", script, "script", *arguments)
        assert done.code == 0, done
        return done.out

    def write(self, path: str, text: str, mode: str = "644") -> None:
        """A file there, as somebody writes it by hand."""
        done = self.run("sh", "-c", 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"', "write", path, mode, data=text)
        assert done.code == 0, done

    def read(self, path: str) -> str | None:
        """A file's text, None where there is none."""
        done = self.run("cat", path)
        return done.out if done.code == 0 else None

    def files(self, *folders: str) -> dict[str, str]:
        """Path, mode, owner and contents of all that is below."""
        listed = self.sh('find "$@" -printf "%p\\t%y %m %u:%g %l\\n" | sort', *folders)
        summed = self.sh('find "$@" -type f -print0 | xargs -0r md5sum', *folders)
        sums = {path: digest for digest, path in (line.split("  ", 1) for line in summed.splitlines())}
        return {path: f"{rest} {sums.get(path, '')}" for path, rest in (line.split("\t") for line in listed.splitlines())}

    def written(self) -> dict[str, tuple[int, int]]:
        """Each file that was written here, wherever it is on its disk, with what tells one state of it from another."""
        found = {f"/{path.relative_to(self.upper)}": path.lstat() for path in self.upper.rglob("*") if not path.is_dir()}
        return {path: (status.st_mtime_ns, status.st_ino) for path, status in found.items()}

    def sections(self, verb: str = "observe") -> dict[str, str]:
        """What a reading verb answers, by section."""
        done = self.verb(verb)
        assert done.code == 0, done
        return parse(done.out)

    def prepare(self, configuration: str = CONFIGURATION) -> None:
        """What an administrator does by hand, and `setup`."""
        self.write(program.PATH, program.text(), "755")
        self.write("/etc/eiginfra-gateway/configuration", configuration)
        self.sh(
            'mkdir -p "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=*.$2"'
            ' -keyout "$1/privkey.pem" -out "$1/fullchain.pem" 2>/dev/null && rm -f /etc/nginx/sites-enabled/default',
            CERTIFICATE,
            DOMAIN,
        )
        self.nginx()
        done = self.run(program.PATH, "setup")
        assert done.code == 0, done

    def nginx(self) -> None:
        """Start nginx."""
        self.sh("nginx </dev/null >/dev/null 2>&1")

    def boot_table(self) -> None:
        """What the unit does when the server starts."""
        self.sh("nft -f /etc/eiginfra-gateway/forwards.nft")

    def boot(self) -> None:
        """What happens when the server starts: the unit loads the table, and nginx runs."""
        self.boot_table()
        self.nginx()

    @contextlib.contextmanager
    def listening(self, protocol: str, address: str, port: int) -> Iterator[None]:
        """A program of this machine that listens in the root's network: the root may lack what runs the tests."""
        code = (
            "import socket, sys, time\n"
            "family = socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET\n"
            "kind = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}[sys.argv[1]]\n"
            "listener = socket.socket(family, kind)\n"
            "listener.bind((sys.argv[2], int(sys.argv[3])))\n"
            "kind == socket.SOCK_STREAM and listener.listen()\n"
            "print('ready', flush=True)\n"
            "sys.stdin.read()\n"
        )
        command = [*self.entered[:3], "--net", sys.executable, "-I", "-c", code, protocol, address, str(port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
            process.communicate("")


@contextlib.contextmanager
def running(root: GatewayRoot) -> Iterator[GatewayRoot]:
    """A root that is built, and taken off at the end."""
    root.start()
    try:
        yield root
    finally:
        root.stop()


def parse(answer: str) -> dict[str, str]:
    """The sections of an answer, which has to be whole."""
    rest = answer.encode().removeprefix(b"eiginfra-gateway 1\n")
    assert len(rest) < len(answer.encode())
    found: dict[str, str] = {}
    while rest != b"end\n":
        line, rest = rest.split(b"\n", 1)
        _, *name, size = line.decode().split(" ")
        found[" ".join(name)] = rest[: int(size)].decode()
        assert rest[int(size) :][:1] == b"\n"
        rest = rest[int(size) + 1 :]
    return found


def wait(condition: object, seconds: float = 10) -> None:
    """Until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        with contextlib.suppress(OSError):
            time.sleep(0.02)
