"""Which commit the inventory is at, for plans and the journal."""

import subprocess
from pathlib import Path

_COMMIT = "# branch.oid "
_NONE_YET = "(initial)"


def revision(folder: Path) -> tuple[str | None, bool]:
    """The commit of the git working copy that holds `folder`, and whether `folder` has uncommitted changes; (None, False) without git."""
    try:
        # Fixed arguments, no shell; git is looked up on the PATH as every tool of the user's is.
        ended = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), "status", "--porcelain=v2", "--branch", "--", "."],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None, False
    lines = ended.stdout.splitlines()
    commit = next((line.removeprefix(_COMMIT) for line in lines if line.startswith(_COMMIT)), _NONE_YET)
    return (None, False) if commit == _NONE_YET else (commit[:12], any(not line.startswith("#") for line in lines))
