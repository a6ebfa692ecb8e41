"""The one door to git. Whoever may open a merge request writes what is in the checkout: nothing in there may run.

The checkout is the folder of a real `.git`, looked for from a file that only EIG Link writes (eiginfra.yml, the site file) upwards; git's
own search, which takes a folder of the inventory for a repository if it looks like one, is never used. Of the checkout's configuration
only the address of `origin` and the format of its files count. What reads or writes files runs in a folder of git's that is made for the
call: its configuration is written here, and has no hooks, filters, drivers, helpers or programs.
"""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from eiginfra.core.errors import EiginfraError
from eiginfra.wiring.trees import TreeExamination

_SECONDS = 30
_FETCH_SECONDS = 120
_MOST_FILES = 200_000
"""More files than a repository with an inventory has."""
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_URL = re.compile(r"(?:https?|ssh|file)://[^\s]+|(?:[\w.-]+@)?[\w.-]+:(?!:)(?!//)[^\s]+|(?!-)[^:\x00-\x1f]+")
"""An address, `host:path`, or a path; no `helper::address`, which names a program."""

_ENVIRONMENT = (
    *("HOME", "LANG", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)
_SETTLED = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
}
_OPTIONS = ("safe.bareRepository=explicit", "core.fsmonitor=false", f"core.hooksPath={os.devnull}", f"core.attributesFile={os.devnull}")
_FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance"),
    *("--upload-pack=git-upload-pack", "--"),
)
_FORMAT = {
    "core.repositoryformatversion": "0",
    "core.filemode": "true",
    "core.symlinks": "true",
    "core.ignorecase": "false",
    "core.precomposeunicode": "false",
    "extensions.objectformat": "",
}
"""What counts of the checkout's configuration, besides the address of origin; and what holds where it says nothing."""
_OWN = "[core]\nbare = false\n[gc]\nauto = 0\n[maintenance]\nauto = false\n"
# The objects are the checkout's, the references are not: a collection of garbage would delete what these do not name.


class GitError(EiginfraError):
    """git refused or failed; in its own words, without credentials."""


@dataclass(frozen=True)
class Checkout:
    """A checkout by its top folder, the parent of `.git`. Every method raises GitError."""

    top: Path

    @classmethod
    def of(cls, file: Path) -> Self | None:
        """The one that holds a file or folder, itself written by those who may run eiginfra; None if none does.

        A `.git` that is a file or a link, or belongs to somebody else than the given file, does not count.
        """
        here = file.absolute()
        for folder in (here, *here.parents):
            with suppress(OSError):
                found = (folder / ".git").lstat()
                if stat.S_ISDIR(found.st_mode) and (folder / ".git" / "HEAD").exists():
                    return cls(folder) if found.st_uid == file.stat().st_uid else None
        return None

    def commit(self) -> str | None:
        """The commit that is checked out; None before the first."""
        with suppress(GitError):
            return self.resolved("HEAD")
        return None

    def branch(self) -> str | None:
        """The branch that is checked out; None for a commit without one."""
        with suppress(GitError):
            return self._run(self._git, "symbolic-ref", "--quiet", "--short", "HEAD")
        return None

    def changed(self, folder: Path) -> bool:
        """Whether anything in a folder of the checkout is not as committed."""
        with self._private(self.resolved("HEAD")) as private:
            where = str(folder.absolute())
            return bool(self._run(private, "status", "--porcelain", "--ignore-submodules=all", "--untracked-files=normal", "--", where))

    def fetch(self, branch: str) -> str:
        """The commit of origin's branch, its objects fetched; no reference of the checkout changes."""
        here = "refs/eiginfra/fetched"
        with self._private(self.resolved("HEAD")) as private:
            self._run(private, *_FETCH, self.origin, f"+refs/heads/{branch}:{here}", seconds=_FETCH_SECONDS)
            return self._run(private, "rev-parse", "--verify", f"{here}^{{commit}}")

    def forward(self, branch: str, commit: str) -> None:
        """Fast-forward the branch that is checked out, and the files, to a fetched commit. Files that git does not track are kept.

        Raises GitError also, before anything is changed, for a commit with files that nobody may bring in.
        """
        before = self.resolved("HEAD")
        if commit == before:
            return
        with self._private(before) as private:
            wrong = TreeExamination(lambda asked, data: self.run(private, asked, data=data), _MOST_FILES).of(None, commit).findings
            if wrong:
                what = (
                    f"{wrong[0].location.file!r}, which an inventory has no use for"
                    if wrong[0].location
                    else "more files than any inventory"
                )
                raise GitError(f"{commit[:12]} holds {what}; take it out of the branch")
            self._run(private, "merge", "--quiet", "--ff-only", "--no-overwrite-ignore", "--no-stat", "--no-verify", commit)
        self._run(self._git, "update-ref", "-m", "eiginfra reconcile: fast-forward", f"refs/heads/{branch}", commit, before)

    @contextmanager
    def apart(self) -> Iterator["Apart"]:
        """A store of objects for as long as this lasts: the checkout's are seen in it, and nothing that is fetched or made stays."""
        with self._private(self.resolved("HEAD")) as private:
            own = private / "objects" / "info"
            own.mkdir()
            (own / "alternates").write_text(f"{(self._git / 'objects').absolute()}\n", encoding="utf-8")
            yield Apart(self, private)

    @property
    def _git(self) -> Path:
        return self.top / ".git"

    @cached_property
    def _configuration(self) -> Mapping[str, str]:
        """The first value of each key that the checkout's own file has, without what it includes."""
        listed = self._run(self._git, "config", "--file", str(self._git / "config"), "--no-includes", "--null", "--list")
        pairs = (line.partition("\n") for line in listed.split("\0") if line)
        return {key: value for key, _, value in reversed([*pairs])}

    @property
    def origin(self) -> str:
        """The address of the remote of that name."""
        url = self._configuration.get("remote.origin.url")
        if url is None:
            raise GitError("it has no remote of the name origin")
        if not _URL.fullmatch(url):
            raise GitError("the address of origin is neither a URL (https, ssh, file) nor a path")
        return url

    def resolved(self, name: str) -> str:
        """The commit of a branch, a tag or a short name."""
        commit = self._run(self._git, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}").splitlines()[-1]
        if not _COMMIT.fullmatch(commit):
            raise GitError("it has no commit")
        return commit

    @contextmanager
    def _private(self, commit: str) -> Iterator[Path]:
        """A folder of git's with the commit checked out; the objects and the index are the checkout's."""
        with TemporaryDirectory(prefix="eiginfra-git-") as folder:
            private = Path(folder)
            (private / "refs").mkdir()
            (private / "objects").mkdir()
            (private / "info").mkdir()
            (private / "HEAD").write_text(f"{commit}\n", encoding="ascii")
            for shared in ("shallow", "info/exclude"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(self._git / shared, private / shared)
            (private / "config").write_text(_OWN, encoding="ascii")
            for key, default in _FORMAT.items():
                value = self._configuration.get(key, default)
                if re.fullmatch(r"[a-z0-9]+", value):
                    self._run(private, "config", "--file", str(private / "config"), key, value)
            yield private

    def _run(self, folder: Path, *arguments: str, seconds: float = _SECONDS) -> str:
        """What git prints; of the checkout's files and of what git says, bytes that are no text come out escaped."""
        return self.run(folder, arguments, seconds=seconds).decode(errors="backslashreplace").strip()

    def run(
        self, folder: Path, arguments: Sequence[str], *, seconds: float = _SECONDS, data: bytes = b"", apart: bool = False, most: int = 0
    ) -> bytes:
        """What git prints, from a folder of git's. most: the highest exit code that is no failure.

        apart: with the objects of that folder, beside which it may name the checkout's.
        """
        options = [part for option in _OPTIONS for part in ("-c", option)]
        command = ["git", f"--git-dir={folder}", f"--work-tree={self.top}", "--no-pager", *options, *arguments]
        objects = (folder if apart else self._git) / "objects"
        try:
            # Fixed arguments, no shell; branch and address come from whoever runs eiginfra.
            ended = subprocess.run(  # noqa: S603
                command, cwd=self.top, env=self._environment(objects), input=data, capture_output=True, timeout=seconds, check=False
            )
        except (OSError, subprocess.SubprocessError) as problem:
            raise GitError(f"git: {type(problem).__name__}") from None
        if not 0 <= ended.returncode <= most:
            said = ended.stderr.decode(errors="replace").strip().splitlines() or [f"git ended with {ended.returncode}"]
            # git repeats addresses, which may hold a token.
            raise GitError(_CREDENTIALS.sub("***@", said[-1]))
        return ended.stdout

    def _environment(self, objects: Path) -> dict[str, str]:
        """No token is in it, and no program is looked for in the checkout, where people may have put one of git's name."""
        paths = [path for path in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(path)]  # noqa: PTH117 - text
        given = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        return {
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",  # nobody is there to be asked for a password or a host key
            **given,
            **_SETTLED,
            "PATH": os.pathsep.join(paths),
            "GIT_INDEX_FILE": str(self._git / "index"),
            "GIT_OBJECT_DIRECTORY": str(objects),
        }


@dataclass(frozen=True)
class Apart:
    """What git does in a store of objects of its own. Every method raises GitError."""

    checkout: Checkout
    folder: Path

    def run(self, *arguments: str, data: bytes = b"", most: int = 0) -> bytes:
        """What git prints. most: the highest exit code that is no failure."""
        return self.checkout.run(self.folder, arguments, data=data, apart=True, most=most)

    def fetch(self, *references: str) -> None:
        """Fetch references of origin, each under its own name."""
        if references:
            arguments = (*_FETCH, self.checkout.origin, *(f"+{reference}:{reference}" for reference in references))
            self.checkout.run(self.folder, arguments, seconds=_FETCH_SECONDS, apart=True)

    def commit(self, tree: str, *parents: str) -> str:
        """A commit of a tree, for what git only does with commits."""
        who = ("-c", "user.name=eiginfra", "-c", "user.email=eiginfra@localhost")
        above = (part for parent in parents for part in ("-p", parent))
        return self.run(*who, "commit-tree", tree, *above, data=b"merged for a review\n").decode("ascii").strip()

    def resolved(self, reference: str) -> str:
        """The commit of a reference that was fetched."""
        return self.run("rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}").decode("ascii").split()[-1]
