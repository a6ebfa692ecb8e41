"""Git: whatever is committed or unpacked into the checkout, and whatever its own configuration says, no program runs."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest
from support.attacks import Ground, attack

from eiginfra.core.errors import EiginfraError
from eiginfra.reconcile.pull import WorkingCopy
from eiginfra.wiring.revision import revision

WHO = {f"GIT_{who}_{what}": f"test@{what}".lower() for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0", **WHO}


class Repositories:
    """`upstream`, and its checkout `copy` with eiginfra.yml and a cohort's folder; upstream is one commit ahead."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.upstream, self.copy = folder, folder / "upstream", folder / "copy"
        self.cohort, self.anchor = self.copy / "inventories" / "eig3", self.copy / "eiginfra.yml"
        self.canary, self.program = folder / "canary", folder / "program"
        self.program.write_text(f"#!/bin/sh\necho ran >> {self.canary}\nexit 1\n", encoding="ascii")
        self.program.chmod(0o755)
        self.git(folder, "init", "--quiet", "--initial-branch", "main", "upstream")
        self.commit("eiginfra.yml", "inventory: inventories/eig3\n")
        self.commit("inventories/eig3/cohort.yml", "cohort: eig3\n")
        self.git(folder, "clone", "--quiet", "upstream", "copy")
        self.commit("inventories/eig3/teams/adler.yml", "title: ADLER\n")

    def git(self, where: Path, *arguments: str) -> str:
        """Git as whoever prepares the attack runs it."""
        command = ["git", "-C", str(where), "-c", "protocol.file.allow=always", *arguments]
        ended = subprocess.run(command, env={**os.environ, **PLAIN}, check=True, capture_output=True, text=True)
        return ended.stdout.strip()

    def commit(self, path: str, text: str) -> None:
        """A file more upstream."""
        file = self.upstream / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self.git(self.upstream, "add", "--force", path)
        self.git(self.upstream, "commit", "--quiet", "-m", path)

    def set(self, key: str, value: str) -> None:
        """A line of the checkout's own configuration."""
        self.git(self.copy, "config", key, value)

    def carelessly(self) -> None:
        """What springs a trap: git run in the folder of the cohort."""
        for command in (["status"], ["fetch", "-q", "origin", "main"], ["merge", "-q", "--ff-only", "FETCH_HEAD"]):
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    ["git", *command], cwd=self.cohort, env={**os.environ, **PLAIN}, capture_output=True, timeout=20, check=False
                )

    def carefully(self) -> None:
        """What eiginfra does: the commit of a plan, and --pull."""
        revision(self.anchor, self.cohort)
        with suppress(EiginfraError):
            WorkingCopy(self.anchor, "main").bring_forward()


def _repository(there: Repositories, folder: Path, *lines: str) -> None:
    """Files of a repository, with a configuration that runs the program."""
    for part in ("objects", "refs/heads"):
        (folder / part).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    text = f"[core]\nrepositoryformatversion = 0\nbare = false\nworktree = {there.cohort}\nfsmonitor = {there.program}\n"
    (folder / "config").write_text(text + "\n".join(lines), encoding="ascii")


def bare(there: Repositories) -> None:
    _repository(there, there.cohort)


def bare_with_upload_pack(there: Repositories) -> None:
    _repository(there, there.cohort, '[remote "origin"]', f"url = {there.upstream}", f"uploadpack = {there.program}")


def nested(there: Repositories) -> None:
    _repository(there, there.cohort / ".git")


def nested_above(there: Repositories) -> None:
    _repository(there, there.copy / "inventories" / ".git")


def git_file(there: Repositories) -> None:
    _repository(there, there.copy / "elsewhere")
    (there.cohort / ".git").write_text("gitdir: ../../elsewhere\n", encoding="ascii")


def fsmonitor(there: Repositories) -> None:
    there.set("core.fsmonitor", str(there.program))


def hooks(there: Repositories) -> None:
    for name in ("post-merge", "reference-transaction", "post-checkout", "post-index-change", "pre-auto-gc"):
        shutil.copy(there.program, there.copy / ".git" / "hooks" / name)


def hooks_path(there: Repositories) -> None:
    hooks(there)
    (there.copy / ".git" / "hooks").rename(there.copy / "hooks")
    there.set("core.hooksPath", str(there.copy / "hooks"))


def _attributes(there: Repositories) -> None:
    (there.copy / ".git" / "info").mkdir(exist_ok=True)
    (there.copy / ".git" / "info" / "attributes").write_text("* filter=trap\n", encoding="ascii")


def smudge(there: Repositories) -> None:
    _attributes(there)
    there.set("filter.trap.smudge", str(there.program))


def clean(there: Repositories) -> None:
    _attributes(there)
    there.set("filter.trap.clean", str(there.program))
    os.utime(there.cohort / "cohort.yml", (1, 1))


def process(there: Repositories) -> None:
    there.commit(".gitattributes", "* filter=trap\n")
    there.commit("inventories/eig3/teams/plume.yml", "title: plume\n")
    there.set("filter.trap.process", str(there.program))
    there.set("filter.trap.required", "true")


def included(there: Repositories) -> None:
    (there.cohort / "more").write_text(f"[core]\nfsmonitor = {there.program}\n", encoding="ascii")
    there.set("include.path", str(there.cohort / "more"))


def included_if(there: Repositories) -> None:
    (there.cohort / "more").write_text(f"[core]\nfsmonitor = {there.program}\n", encoding="ascii")
    there.set("includeIf.gitdir:**.path", str(there.cohort / "more"))


def upload_pack(there: Repositories) -> None:
    there.set("remote.origin.uploadpack", str(there.program))


def ssh_command(there: Repositories) -> None:
    there.set("remote.origin.url", "ssh://host.invalid/x")
    there.set("core.sshCommand", str(there.program))


def git_proxy(there: Repositories) -> None:
    there.set("remote.origin.url", "git://host.invalid/x")
    there.set("core.gitProxy", str(there.program))


def external(there: Repositories) -> None:
    there.set("remote.origin.url", f"ext::{there.program}")
    there.set("protocol.ext.allow", "always")
    there.set("protocol.allow", "always")


def instead_of(there: Repositories) -> None:
    there.set(f"url.ext::{there.program}.insteadOf", str(there.upstream))
    there.set("protocol.ext.allow", "always")


def alternate_references(there: Repositories) -> None:
    (there.copy / ".git/objects/info").mkdir(exist_ok=True)
    (there.copy / ".git/objects/info/alternates").write_text(f"{there.upstream}/.git/objects\n", encoding="utf-8")
    there.set("core.alternateRefsCommand", str(there.program))


def name_of_git(there: Repositories) -> None:
    for folder in (there.copy, there.cohort):
        shutil.copy(there.program, folder / "git")


@contextmanager
def _asking() -> Iterator[str]:
    """A server that asks for a password."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x.git"
        server.shutdown()
        thread.join()


def credential_helper(there: Repositories) -> None:
    there.set("credential.helper", f"!{there.program}")


def ask_pass(there: Repositories) -> None:
    there.set("core.askPass", str(there.program))


Trap = Callable[[Repositories], None]
TRAPS: dict[str, Trap] = {
    trap.__name__: trap
    for trap in (
        *(bare, bare_with_upload_pack, nested, nested_above, git_file, fsmonitor, hooks, hooks_path, smudge, clean, process),
        *(included, included_if, upload_pack, ssh_command, git_proxy, external, instead_of, alternate_references, name_of_git),
        *(credential_helper, ask_pass),
    )
}


@contextmanager
def trapped(folder: Path, trap: Trap) -> Iterator[Repositories]:
    """The repositories with the trap set, and what it needs around."""
    there = Repositories(folder)
    with _asking() if trap in (credential_helper, ask_pass) else nullcontext() as url:
        if url is not None:
            there.set("remote.origin.url", url)
        trap(there)
        path = f".{os.pathsep}{os.environ['PATH']}" if trap is name_of_git else os.environ["PATH"]
        before = Path.cwd()
        with mock.patch.dict(os.environ, PATH=path, **PLAIN):
            os.chdir(there.cohort)
            try:
                yield there
            finally:
                os.chdir(before)


@attack(1, TRAPS)
def git_runs_nothing(ground: Ground, trap: Trap) -> None:
    with trapped(ground.folder, trap) as there:
        there.carefully()
        assert not there.canary.exists()


BROUGHT = {
    "eiginfra": ".eiginfra/journal.db",
    "eiginfra-in-capitals": ".EIGINFRA/journal.db",
    "venv": ".venv/bin/python",
    "venv-below": "inventories/eig3/.Venv/bin/python",
    "short-name": "git~1/config",
    "wide-letters": "\uff0egit/config",
    "without-width": ".g\u200cit/config",
    "dot-at-the-end": ".git./config",
    "blank-at-the-end": ".venv /x",
    "stream": ".git::$INDEX_ALLOCATION/config",
    "backslash": "a\\.git\\config",
    "modules": ".gitmodules",
}


@attack(1, BROUGHT)
def a_tree_with_reserved_names(ground: Ground, path: str) -> None:
    there = Repositories(ground.folder)
    tree = there.git(there.upstream, "rev-parse", "HEAD^{tree}")
    blob = there.git(there.upstream, "hash-object", "-w", "eiginfra.yml")
    _brought(there, tree, path, f"100644 blob {blob}")


@attack(1)
def a_submodule(ground: Ground) -> None:
    there = Repositories(ground.folder)
    tree, commit = there.git(there.upstream, "rev-parse", "HEAD^{tree}"), there.git(there.upstream, "rev-parse", "HEAD")
    _brought(there, tree, "inventories/module", f"160000 commit {commit}")


def _brought(there: Repositories, tree: str, path: str, entry: str) -> None:
    """A commit with one more entry, however git would refuse it in an index."""
    *folders, name = path.split("/")
    made = f"{entry}\t{name}"
    for folder in reversed(folders):
        made = f"040000 tree {_tree(there, made)}\t{folder}"
    listed = there.git(there.upstream, "-c", "core.quotePath=false", "ls-tree", tree).splitlines()
    kept = [line for line in listed if line.partition("\t")[2] != made.partition("\t")[2]]
    root = _tree(there, "\n".join([*kept, made]))
    there.git(there.upstream, "update-ref", "HEAD", there.git(there.upstream, "commit-tree", root, "-p", "HEAD", "-m", "trap"))
    before = there.git(there.copy, "rev-parse", "HEAD")
    with pytest.raises(EiginfraError, match="take it out of the branch"):
        WorkingCopy(there.anchor, "main").bring_forward()
    assert there.git(there.copy, "rev-parse", "HEAD") == before
    assert there.git(there.copy, "status", "--porcelain") == ""


def _tree(there: Repositories, listed: str) -> str:
    command = ["git", "-C", str(there.upstream), "mktree", "-z", "--missing"]
    return subprocess.run(command, input=listed.replace("\n", "\0") + "\0", check=True, capture_output=True, text=True).stdout.strip()


IGNORED = {
    "file": ("secrets.txt", "secrets.txt"),
    "folder-for-file": ("secrets", "secrets/a"),
    "file-for-folder": ("secrets/a", "secrets"),
    "ignored-by-the-same-commit": ("later.txt", "later.txt"),
}


@attack(1, IGNORED)
def ignored_files_are_kept(ground: Ground, paths: tuple[str, str]) -> None:
    have, brought = paths
    there = Repositories(ground.folder)
    (there.copy / ".git/info/exclude").write_text("secrets*\n", encoding="ascii")
    kept = there.copy / have
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("kept", encoding="ascii")
    there.commit(brought, "brought")
    there.commit(".gitignore", "secrets*\nlater.txt\n")
    with suppress(EiginfraError):
        WorkingCopy(there.anchor, "main").bring_forward()
    assert kept.read_text(encoding="ascii") == "kept"


@attack(1)
def no_token_is_in_the_environment(ground: Ground) -> None:
    there, told = Repositories(ground.folder), ground.folder / "told"
    shell = ground.folder / "ssh"
    shell.write_text(f"#!/bin/sh\nenv > {told}\nexit 1\n", encoding="ascii")
    shell.chmod(0o755)
    there.set("remote.origin.url", "ssh://host.invalid/x")
    secret = f"{socket.gethostname()}-token"
    given = {"GITLAB_TOKEN": secret, "EIGINFRA_LAB_TOKEN": secret, "GIT_SSH_COMMAND": str(shell), **PLAIN}
    with mock.patch.dict(os.environ, given), suppress(EiginfraError):
        WorkingCopy(there.anchor, "main").bring_forward()
    assert "SSH" in told.read_text(encoding="utf-8")
    assert secret not in told.read_text(encoding="utf-8")
