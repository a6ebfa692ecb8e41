"""One request on its way through the lab: who asks, with what parameters; and the answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eiginfra.lab.gitlab.errors import forbidden, unauthorized
from eiginfra.lab.gitlab.params import Declared, Rule
from eiginfra.lab.gitlab.records import TokenRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState


@dataclass(slots=True)
class Answer:
    """What goes back: a status, JSON or bytes or nothing, and headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class GitLabCall:
    """A request as the handlers see it."""

    state: GitLabState
    method: str
    raw_path: str
    path: dict[str, str]
    """The variables of the path, decoded."""
    query: dict[str, Any]
    raw: dict[str, Any]
    """All parameters, of the query and of the body, as they were sent; handlers read `given`."""
    given: dict[str, Any] = field(default_factory=dict)
    """The parameters that the handler takes, checked and converted."""
    token: TokenRecord | None = None
    user: UserRecord | None = None

    @property
    def admin(self) -> bool:
        """Whether an administrator asks."""
        return self.user is not None and self.user.admin

    def known_user(self) -> UserRecord:
        """Who asks; raises ApiError 401 if no one does."""
        if self.user is None:
            raise unauthorized()
        return self.user

    def known_admin(self) -> UserRecord:
        """The administrator who asks; raises ApiError 401 or 403."""
        user = self.known_user()
        if not user.admin:
            raise forbidden()
        return user


Handler = Callable[[GitLabCall], Answer]
Route = tuple[str, str, Handler]


@dataclass(frozen=True, slots=True)
class GitLabEndpoint:
    """A handler with the parameters that it models. What it does not declare never reaches it: see strict.py."""

    work: Handler
    declared: Declared
    rules: tuple[Rule, ...]

    def __call__(self, call: GitLabCall) -> Answer:
        """Do the work."""
        return self.work(call)


def takes(declared: Declared, *rules: Rule) -> Callable[[Handler], GitLabEndpoint]:
    """Declare the parameters of a handler, and what must be true of several together; without it a handler takes none."""
    return lambda work: GitLabEndpoint(work, declared, rules)


def created(body: Any) -> Answer:
    """201 with the new thing."""
    return Answer(201, body)


def ok(body: Any) -> Answer:
    """200 with a thing."""
    return Answer(200, body)


def gone() -> Answer:
    """204, after a removal."""
    return Answer(204)


def accepted() -> Answer:
    """202, of a removal that happens later."""
    return Answer(202, {"message": "202 Accepted"})
