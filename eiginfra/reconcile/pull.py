"""`--pull`: the git working copy of the inventory, brought forward to a branch before each round."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from eiginfra.core.errors import PermanentError, TransientError

SECONDS = 120
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


@dataclass
class WorkingCopy:
    """The working copy that holds `folder`, on `branch`."""

    folder: Path
    branch: str
    commit: str | None = None

    def bring_forward(self) -> bool:
        """Fetch the branch from origin and fast-forward to it; whether that moved it. Nothing is merged, rebased, reset or reverted.

        Raises TransientError when the fetch fails, PermanentError when the working copy is elsewhere or cannot be fast-forwarded.
        """
        here = _git(self.folder, "symbolic-ref", "--quiet", "--short", "HEAD", wrong=PermanentError, doing="tell its branch")
        if here != self.branch:
            msg = f"the working copy at {self.folder} is on {here}, not on {self.branch}; git switch {self.branch}, or --pull {here}"
            raise PermanentError(msg)
        fetch = ("fetch", "--quiet", "--no-tags", "origin", f"refs/heads/{self.branch}")
        _git(self.folder, *fetch, wrong=TransientError, doing=f"fetch {self.branch}")
        merge = ("merge", "--quiet", "--ff-only", "FETCH_HEAD")
        _git(self.folder, *merge, wrong=PermanentError, doing=f"be fast-forwarded to {self.branch}")
        before, self.commit = (
            self.commit,
            _git(self.folder, "rev-parse", "--short=12", "HEAD", wrong=PermanentError, doing="tell its commit"),
        )
        return self.commit != before


def _git(folder: Path, *arguments: str, wrong: type[PermanentError | TransientError], doing: str) -> str:
    # Nobody is there to be asked for a password or a host key; hooks of the working copy are no part of a pull.
    environment = {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes", **os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "-C", str(folder), "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        # Fixed arguments, no shell; the branch comes from the command line of whoever runs the loop.
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S603
    except subprocess.CalledProcessError as problem:
        said = (problem.stderr or "").strip().splitlines() or [f"git ended with {problem.returncode}"]
        # git repeats addresses, which may hold a token.
        raise wrong(f"the working copy at {folder} cannot {doing}: {_CREDENTIALS.sub('***@', said[-1])}") from None
    except (OSError, subprocess.SubprocessError) as problem:
        raise wrong(f"the working copy at {folder} cannot {doing}: {type(problem).__name__}") from None
    return ended.stdout.strip()
