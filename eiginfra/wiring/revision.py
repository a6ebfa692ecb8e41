"""Which commit the inventory is at, for plans and the journal."""

from pathlib import Path

from eiginfra.wiring.git import Checkout, GitError


def revision(anchor: Path, folder: Path) -> tuple[str | None, bool]:
    """The commit of the checkout that holds both, and whether `folder` has uncommitted changes; (None, False) without one.

    anchor: a file that only EIG Link writes, eiginfra.yml or the site file.
    """
    checkout = Checkout.of(anchor)
    commit = checkout.commit() if checkout is not None else None
    if checkout is None or commit is None:
        return None, False
    try:
        return commit[:12], checkout.changed(folder)
    except GitError:
        return None, False
