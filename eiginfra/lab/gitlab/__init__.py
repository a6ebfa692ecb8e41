"""The lab's GitLab: `/api/v4` of a self-managed GitLab 18.

What lives here: a model of users, groups, projects and what belongs to them, with GitLab's rules about who may see and do what, and its
exact statuses and bodies. What may not: an answer to what GitLab has and the lab does not model; that is 501 (strict.py).
Facts come from GitLab's OpenAPI description, from recordings of GitLab.com, and from its documentation.
"""

from typing import Any

from starlette.types import ASGIApp

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gitlab.app import make_app
from eiginfra.lab.gitlab.profiles import populate
from eiginfra.lab.gitlab.state import GitLabState
from eiginfra.lab.vain import AskedInVain


class GitLabService:
    """The lab's GitLab as a service."""

    def __init__(self, state: GitLabState) -> None:
        self.state = state
        self.in_vain = AskedInVain()
        self.app: ASGIApp = make_app(state, self.in_vain)

    @property
    def token(self) -> str:
        """The first token of the first administrator."""
        return next(secret for secret, token in self.state.tokens.items() if token.user_id == 1)

    def dump(self) -> dict[str, Any]:
        """The whole state as JSON data."""
        return self.state.dump()

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by one that `dump` gave."""
        self.state.load(state)


def build(clock: LabClock, profile: str = "eig", url: str = "http://127.0.0.1:8929") -> GitLabService:
    """A GitLab in the state that a profile names; `url` is the address in its answers.

    Raises ValueError for an unknown profile.
    """
    state = GitLabState(clock, url)
    populate(state, profile)
    return GitLabService(state)
