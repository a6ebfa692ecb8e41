"""The program that runs in a machine, by the shell and the tools of this one."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.machine_program import OWN, OWN_LINE, MachineFolder, public_key

from eiginfra.lab.gateway.machine_program import edited
from eiginfra.providers.machine.authorized_keys import key_lines, key_of

ADA, ALAN, OTHER = public_key(1), public_key(2), public_key(3)
BLOCK = f"# eiginfra: begin; changes in this part are undone\nssh-ed25519 {ADA} ada\n# eiginfra: end\n"
KEY = f"key ada ssh-ed25519 {ADA}"


@pytest.fixture
def machine(tmp_path: Path) -> MachineFolder:
    return MachineFolder(tmp_path)


def test_keys_come_into_a_block_behind_all_that_is_there(machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\nssh-ed25519 {OTHER} by hand\n")
    done = machine.run("write", KEY)
    assert (done.returncode, done.stderr) == (0, b"")
    assert path.read_text() == f"{OWN_LINE}\nssh-ed25519 {OTHER} by hand\n{BLOCK}"
    assert done.stdout.decode() == (
        f"eiginfra-machine 1\nsection logins 12\nroot present\nsection keys root {path.stat().st_size}\n{path.read_text()}\nend\n"
    )


def test_what_is_there_already_is_not_written_again(machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\n")
    machine.run("write", KEY)
    before = path.stat()
    assert machine.run("write", KEY).returncode == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_key_of_a_leaver_goes_wherever_it_is(machine: MachineFolder) -> None:
    path = machine.has(f'{OWN_LINE}\n{BLOCK}no-pty,command="a \\" b" ssh-ed25519 {ADA}\ned25519\t{ADA}\r\n# ssh-ed25519 {ADA}\n')
    second = machine.has(f"ssh-ed25519 {ADA}\nssh-ed25519 {OTHER}\n", name="authorized_keys2")
    assert machine.run("write", f"remove {ADA}").returncode == 0
    assert path.read_text() == f"{OWN_LINE}\n# ssh-ed25519 {ADA}\n"
    assert second.read_text() == f"ssh-ed25519 {OTHER}\n"


def test_nothing_is_added_to_the_second_file(machine: MachineFolder) -> None:
    machine.has(f"{OWN_LINE}\n")
    second = machine.has(f"ssh-ed25519 {OTHER}", name="authorized_keys2")
    assert machine.run("write", KEY).returncode == 0
    assert second.read_text() == f"ssh-ed25519 {OTHER}"


def test_the_block_stays_where_it_is_and_a_foreign_line_in_it_comes_behind_it(machine: MachineFolder) -> None:
    path = machine.has(f"# eiginfra: begin\nssh-ed25519 {ALAN} alan\nssh-rsa {OTHER} x\n# eiginfra: end\n{OWN_LINE}\n")
    assert machine.run("write", KEY, f"remove {ALAN}").returncode == 0
    assert path.read_text() == f"{BLOCK}ssh-rsa {OTHER} x\n{OWN_LINE}\n"


def test_the_last_line_may_lack_its_end(machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\nssh-rsa {OTHER}\r\nlast")
    machine.run("write", KEY)
    assert path.read_bytes().decode() == f"{OWN_LINE}\nssh-rsa {OTHER}\r\nlast\n{BLOCK}"
    machine.run("write", f"remove {ADA}")
    assert path.read_bytes().decode() == f"{OWN_LINE}\nssh-rsa {OTHER}\r\nlast\n"


def test_the_own_key_is_put_back_from_another_login(tmp_path: Path) -> None:
    machine = MachineFolder(tmp_path, ("root", "debian"))
    machine.has(f"{OWN_LINE}\n", "debian")
    machine.has(f'command="echo Please login" ssh-ed25519 {OTHER}\n')
    assert machine.run("write").returncode == 0
    assert machine.path().read_text() == f'command="echo Please login" ssh-ed25519 {OTHER}\n{OWN_LINE}\n'
    assert machine.path("debian").read_text() == f"{OWN_LINE}\n"


def test_the_own_key_stays_as_it_is(machine: MachineFolder) -> None:
    path = machine.has(f'no-pty,from="10.0.0.1" ssh-ed25519 {OWN}\n')
    assert machine.run("write", KEY).returncode == 0
    assert path.read_text() == f'no-pty,from="10.0.0.1" ssh-ed25519 {OWN}\n{BLOCK}'
    assert machine.run("write", f"remove {OWN}").returncode == 65


def test_a_new_folder_and_file_have_the_modes_that_sshd_asks_for(tmp_path: Path) -> None:
    machine = MachineFolder(tmp_path, ("root", "debian"))
    machine.has(f"{OWN_LINE}\n")
    assert machine.run("write", KEY).returncode == 0
    assert machine.path("debian").read_text() == f"{OWN_LINE}\n{BLOCK}"
    assert stat.S_IMODE(machine.path("debian").stat().st_mode) == 0o600
    assert stat.S_IMODE(machine.path("debian").parent.stat().st_mode) == 0o700


def test_mode_and_owner_of_a_file_are_kept(machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\n")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 0, 12)
    before = path.stat()
    assert machine.run("write", KEY).returncode == 0
    after = path.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@pytest.mark.parametrize("what", ["link", "folder-link", "folder", "owner", "large", "zero", "pipe"])
def test_what_is_not_as_it_must_be_is_refused_and_left_alone(what: str, tmp_path: Path) -> None:
    machine = MachineFolder(tmp_path, ("root", "debian"))
    machine.has(f"{OWN_LINE}\n")
    target = tmp_path / "secret"
    target.write_text(f"ssh-ed25519 {ALAN}\n")
    path = machine.path("debian")
    path.parent.mkdir(mode=0o700)
    match what:
        case "link":
            path.symlink_to(target)
        case "folder-link":
            path.parent.rmdir()
            path.parent.symlink_to(tmp_path)
        case "folder":
            path.mkdir()
        case "owner" if os.geteuid() == 0:
            path.write_text("x\n")
            os.chown(path, 4321, 4321)
        case "owner":
            rows = (tmp_path / "passwd").read_text().splitlines()
            (tmp_path / "passwd").write_text(f"{rows[0]}\ndebian:x:4321:4321::{machine.homes['debian']}:/bin/sh\n")
        case "large":
            path.write_bytes(b"#" * 1_048_577)
        case "zero":
            path.write_bytes(b"x\0y\n")
        case "pipe":
            os.mkfifo(path)
    done = machine.run("write", KEY, f"remove {ALAN}")
    why = {"link": "symbolic-link", "folder-link": "symbolic-link", "folder": "not-a-file", "pipe": "not-a-file", "zero": "zero-byte"}
    assert done.returncode == 0
    assert f"debian refused {why.get(what, what)}\n" in done.stdout.decode()
    assert target.read_text() == f"ssh-ed25519 {ALAN}\n"
    assert BLOCK in machine.path().read_text()
    assert re.findall(r"section keys (\w+)", done.stdout.decode()) == ["root"]


def test_an_account_that_is_not_there_is_told(machine: MachineFolder) -> None:
    machine.has(f"{OWN_LINE}\n")
    machine.logins = ("root", "nobody-here")
    assert b"nobody-here missing\n" in machine.run("read").stdout


def test_a_full_disk_leaves_all_as_it_was(tmp_path: Path) -> None:
    machine = MachineFolder(tmp_path, limit="trap '' XFSZ; ulimit -f 8")
    path = machine.has(f"{OWN_LINE}\n{'# text' * 1000}\n")
    before = path.read_bytes()
    done = machine.run("write", KEY)
    assert done.returncode == 73, done.stderr
    assert path.read_bytes() == before
    assert [other.name for other in path.parent.iterdir()] == ["authorized_keys"]


def test_a_file_that_was_left_beside_is_replaced_and_never_followed(machine: MachineFolder, tmp_path: Path) -> None:
    path = machine.has(f"{OWN_LINE}\n")
    (tmp_path / "target").write_text("untouched")
    (path.parent / ".authorized_keys.eiginfra").symlink_to(tmp_path / "target")
    assert machine.run("write", KEY).returncode == 0
    assert (tmp_path / "target").read_text() == "untouched"
    assert path.read_text() == f"{OWN_LINE}\n{BLOCK}"


@pytest.mark.parametrize(
    "line",
    [
        f'key ada command="id" ssh-ed25519 {ADA}',
        f"key ada no-pty ssh-ed25519 {ADA}",
        f"key ada ssh-ed25519 {ADA} comment",
        f"key ada ssh-rsa {ADA}",
        f"key ada ssh-dss {ADA}",
        f"key ada ssh-ed25519 {ADA}\r",
        f"key $(id) ssh-ed25519 {ADA}",
        f"key ssh-ed25519 {ADA}",
        "key ada ssh-ed25519 AAAA;id",
        f"key ada ssh-ed25519 {OWN}",
        "key",
        "remove",
        "remove *",
        "remove AAAA BBBB",
        "remove AAAA=B",
        "login ../etc",
        "login",
        f"own {ADA}",
        "shell id",
        "",
        f"remove {'A' * 16_001}",
    ],
)
def test_data_of_another_form_is_refused_and_nothing_done(line: str, machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\n")
    done = machine.run("write", f"remove {ALAN}", line)
    assert (done.returncode, done.stdout) == (65, b"")
    assert done.stderr.startswith(b"refused: ")
    assert ADA.encode() not in done.stderr
    assert path.read_text() == f"{OWN_LINE}\n"


def test_data_that_was_cut_is_refused(machine: MachineFolder) -> None:
    path = machine.has(f"{OWN_LINE}\n")
    assert machine.run("write", KEY, end=False).returncode == 65
    assert machine.call("write", data=b"end\n").returncode == 65
    assert machine.call("write", data=b"").returncode == 65
    assert machine.run("read", KEY).returncode == 65
    assert path.read_text() == f"{OWN_LINE}\n"


def test_only_root_may_and_there_are_two_verbs(machine: MachineFolder) -> None:
    for arguments in ((), ("delete",), ("read", "write"), ("read; id",)):
        assert machine.call(*arguments, data=b"end\n").returncode == 64
    text = machine.text.replace(f"ROOT={os.geteuid()}", f"ROOT={os.geteuid() + 1}")
    done = subprocess.run(["sh", "-c", text, "eiginfra-machine", "read"], input=b"end\n", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (77, b"not root\n")


def test_the_environment_decides_nothing(machine: MachineFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"ROOT": "12345", "PASSWD": "/dev/null", "LARGEST": "0", "PATH": str(tmp_path), "IFS": "e", "HOME": "/"}.items():
        monkeypatch.setenv(name, value)
    machine.shell = ("/bin/sh",)
    machine.has(f"{OWN_LINE}\n")
    assert machine.run("write", KEY).returncode == 0
    assert BLOCK in machine.path().read_text()


def test_facts_are_told_beside_the_keys(machine: MachineFolder) -> None:
    machine.has(f"{OWN_LINE}\n")
    machine.limit = "timeout() { return 1; }"
    text = machine.run("read").stdout.decode()
    found = dict(line.split(" ", 1) for line in text[text.index("section facts") :].splitlines()[1:] if " " in line)
    assert {"uptime", "memory-total", "memory-available", "disk-total", "disk-used"} <= found.keys()
    assert int(found["disk-used"]) <= int(found["disk-total"])
    assert "section listening" in text
    assert text.endswith("\nend\n")


def test_the_program_fits_into_one_argument(machine: MachineFolder) -> None:
    assert len(machine.text.encode()) < 100_000  # Linux: 128 KiB each
    machine.has(f"{OWN_LINE}\n")
    many = [f"key p{number} ssh-ed25519 {public_key(number)}" for number in range(10, 1010)]
    assert machine.run("write", *many).returncode == 0
    assert len(list(key_lines(machine.path().read_bytes()))) == 1001


@pytest.mark.parametrize("shell", ["bash", "busybox", "gawk"])
def test_other_shells_and_tools_do_the_same(shell: str, tmp_path: Path) -> None:
    """Alpine has busybox, others bash as sh or GNU's awk; where one is not installed here, Debian's are tried again."""
    there = shutil.which(shell)
    machine = MachineFolder(tmp_path, ("root", "debian"))
    if there and shell == "bash":
        machine.shell = (there, "--posix")
    elif there:
        tools = tmp_path / "tools"
        tools.mkdir()
        for tool in ("awk", "stat", "head", "cmp", "tr", "chown", "chmod", "mkdir", "mv", "rm", "df", "sort", "cat", "id", "sync"):
            if shell == "busybox" or tool == "awk":
                (tools / tool).symlink_to(there)
        machine.shell = (there, "sh") if shell == "busybox" else ("sh",)
        machine.tools = str(tools)
    machine.has(f'{OWN_LINE}\n{BLOCK}command="a b \\" c" ssh-ed25519 {ALAN}\nlast \xff', "debian")
    done = machine.run("write", KEY, f"remove {ALAN}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert machine.path("debian").read_text() == f"{OWN_LINE}\n{BLOCK}last \xff"
    assert machine.path().read_text() == f"{OWN_LINE}\n{BLOCK}"


# Generated files: what is no given key's line stays byte for byte, in its order.

OPTIONS = st.sampled_from(["", "", "no-pty ", 'command="ssh-ed25519 AAAAX" ', 'from="a b",command="x \\" y" ', '"', 'x"y '])
TYPES = st.sampled_from(["ssh-ed25519", "ed25519", "ssh-rsa", "sk-ssh-ed25519@openssh.com"])
KEYS = st.sampled_from([ADA, ALAN, OTHER, OWN, f"{ADA[:8]}\f{ADA[8:]}", "AAAA", ADA[:-4]])
BLANKS = st.sampled_from([" ", "\t", "  ", " \t "])
LINES = st.one_of(
    st.tuples(OPTIONS, TYPES, BLANKS, KEYS, st.sampled_from(["", " c", "\r", "\t# x"])).map("".join).map(str.encode),
    st.sampled_from([b"", b"#", b"# eiginfra: begin", b"# eiginfra: end\r", b"# eiginfra: begin of a text", b".", b" .", b"\r", b"end"]),
    st.binary(max_size=40).map(lambda text: text.replace(b"\n", b"").replace(b"\0", b"")),
)
MARKERS = (b"# eiginfra: begin", b"# eiginfra: end")


@settings(max_examples=60)
@given(st.lists(LINES, max_size=12), st.booleans())
@example([b"\x81\x82\x88", b"\xc3\xa9"], False)
@example([f"ssh-ed25519 {ADA}".encode()], False)
def test_foreign_lines_stay_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ends: bool) -> None:
    machine = MachineFolder(tmp_path_factory.mktemp("machine"))
    text = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    path = machine.has(text)
    done = machine.run("write", KEY, f"remove {ALAN}")
    assert (done.returncode, done.stderr) == (0, b"")
    kept = [line for line in _cut(text) if not _goes(line)]
    written = path.read_bytes()
    assert written.count(BLOCK.encode()) == 1
    around = written.replace(BLOCK.encode(), b"")
    assert _cut(around) == kept
    before, after = (part.decode("utf-8", "surrogateescape") for part in (text, written))
    assert edited(before, {ADA, ALAN}, OWN, f"ssh-ed25519 {ADA} ada\n", "") == after  # the lab's machines do the same
    assert {found.blob for found in key_lines(written)} & {ADA, ALAN} == {ADA}
    assert machine.run("write", KEY, f"remove {ALAN}").returncode == 0
    assert path.read_bytes() == written


def _cut(text: bytes) -> list[bytes]:
    """Its lines, the last with or without its end."""
    return text.removesuffix(b"\n").split(b"\n") if text else []


def _goes(line: bytes) -> bool:
    found = key_of(line)
    return line.startswith(MARKERS) or (found is not None and found.blob in {ADA, ALAN} - {OWN})
