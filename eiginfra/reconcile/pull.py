"""`--pull`: the git checkout of the inventory, brought forward to a branch before each round."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eiginfra.core.errors import PermanentError, TransientError
from eiginfra.wiring.git import Checkout, GitError

T = TypeVar("T")


@dataclass
class WorkingCopy:
    """The checkout that holds `anchor` (eiginfra.yml, or the site file), on `branch`."""

    anchor: Path
    branch: str
    commit: str | None = None

    def bring_forward(self) -> bool:
        """Fetch the branch from origin and fast-forward to it; whether that moved it. Nothing is merged, rebased, reset or reverted.

        Raises TransientError when the fetch fails, PermanentError when the checkout is elsewhere or cannot be fast-forwarded.
        """
        checkout = Checkout.of(self.anchor)
        if checkout is None:
            msg = f"{self.anchor} is in no git checkout (a folder .git of the same owner); --pull needs one, and eiginfra.yml in it"
            raise PermanentError(msg)
        here = checkout.branch()
        if here != self.branch:
            on = here or "no branch"
            msg = f"the checkout at {checkout.top} is on {on}, not on {self.branch}; git switch {self.branch}, or --pull {on}"
            raise PermanentError(msg)
        fetched = _tried(lambda: checkout.fetch(self.branch), TransientError, f"the checkout at {checkout.top} cannot fetch {self.branch}")
        forward = f"the checkout at {checkout.top} cannot be fast-forwarded to {self.branch}"
        _tried(lambda: checkout.forward(self.branch, fetched), PermanentError, forward)
        before, self.commit = self.commit, fetched[:12]
        return self.commit != before


def _tried(step: Callable[[], T], wrong: type[PermanentError | TransientError], what: str) -> T:
    try:
        return step()
    except GitError as problem:
        raise wrong(f"{what}: {problem}") from None
