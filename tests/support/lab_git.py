"""Git as a person uses it against the lab's GitLab, with that person's token and none of this machine's configuration."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SETTLED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "LC_ALL": "C",
    "no_proxy": "*",
}


class GitRefusedError(AssertionError):
    """Git ended with an error; its words."""


@dataclass(frozen=True)
class GitClone:
    """A clone in a folder."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        """What git answers, stripped; raises GitRefusedError with what it says."""
        return run_git(self.folder, *arguments)

    def commit(self, message: str = "change", **files: str | None) -> str:
        """Write files (`teams__adler` is `teams/adler.yml`; None removes), commit them; the commit's id."""
        for name, text in files.items():
            file = self.folder / f"{name.replace('__', '/')}.yml"
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text, encoding="utf-8")
        self("add", "--all")
        self("commit", "--quiet", "--message", message)
        return self("rev-parse", "HEAD")

    def push(self, *what: str) -> str:
        """Push the branch that is checked out, or what is named."""
        return self("push", "origin", *(what or ("HEAD",)))


def run_git(folder: Path, *arguments: str, given: Path | None = None) -> str:
    """What git answers in a folder, standard error included. given: a file with what it reads from standard input."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), **_SETTLED}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        input=None if given is None else given.read_text(encoding="utf-8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise GitRefusedError(done.stdout)
    return done.stdout.strip()


def address(url: str, project: str, token: str | None = None, name: str = "oauth2") -> str:
    """The address of a project for git; with a token as password, whatever the name."""
    scheme, _, host = url.partition("://")
    return f"{scheme}://{f'{name}:{token}@' if token else ''}{host}/{project}.git"


def clone(folder: Path, url: str, project: str, token: str | None = None, who: str = "adler-1") -> GitClone:
    """A clone of a project into a new folder, whose commits are somebody's."""
    folder.mkdir(parents=True)
    run_git(folder, "clone", "--quiet", address(url, project, token), ".")
    for key, value in (("user.name", who), ("user.email", f"{who}@example.org"), ("commit.gpgsign", "false")):
        run_git(folder, "config", key, value)
    return GitClone(folder)
