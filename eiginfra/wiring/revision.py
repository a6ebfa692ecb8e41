"""Which commit the inventory is at, for plans and the journal."""

import subprocess
from pathlib import Path


def revision(folder: Path) -> tuple[str | None, bool]:
    """The commit of the git working copy that holds `folder`, and whether `folder` has uncommitted changes; (None, False) without git."""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if commit is None:
        return None, False
    return commit, bool(_git(folder, "status", "--porcelain", "--", "."))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        # Fixed arguments, no shell; git is looked up on the PATH as every tool of the user's is.
        ended = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.strip()
