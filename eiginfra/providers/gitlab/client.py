"""The one place that speaks to GitLab, through python-gitlab; what is asked for stands in `api`.

Reads come in pages of 100, concurrently where GitLab says how many there are. Writes stay inside the root group: the fence is here,
below every kind. Refusals become typed errors with GitLab's own words.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import gitlab
import requests
from gitlab.utils import EncodedId

from eiginfra import __version__
from eiginfra.core.errors import NotFoundError, PermanentError, PermissionDeniedError, ProviderError, UsageError
from eiginfra.providers.gitlab.fields import inside
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.gitlab.words import words
from eiginfra.providers.http import Meter, Policy, open_session, status_error

Json = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

PAGE = 100
CONCURRENCY = 16


class RefusedError(PermanentError):
    """GitLab finds the request wrong (400, 422): an invalid value, or an object in the way."""


class GitLabClient:
    """A connection to one GitLab; safe to use from several threads. Every method raises the typed errors of core.errors."""

    def __init__(self, settings: GitLabSettings, policy: Policy | None = None) -> None:
        self.settings = settings
        self.policy = policy or Policy("gitlab", ca=settings.ca, timeout=settings.timeout)
        self.session = open_session(self.policy)
        self._gitlab = gitlab.Gitlab(
            settings.url,
            private_token=settings.token.reveal() if settings.token else None,
            session=self.session,
            user_agent=f"eiginfra/{__version__}",
        )
        self._slots = threading.BoundedSemaphore(CONCURRENCY)

    @property
    def meter(self) -> Meter:
        """Counts the requests."""
        return self.policy.meter

    def each(self, ask: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The answers for all items, asked concurrently, in order; the first error ends it."""
        todo = list(items)
        if len(todo) < 2:
            return [ask(item) for item in todo]
        with ThreadPoolExecutor(min(CONCURRENCY, len(todo)), thread_name_prefix="gitlab") as pool:
            return list(pool.map(ask, todo))

    def get(self, path: str, what: str, **query: Any) -> Any:
        """What a path answers; raises NotFoundError when there is nothing."""
        return answer(self.ask("get", path, what, query=query))

    def find(self, path: str, what: str, **query: Any) -> Json | None:
        """An object, or None when it is not there or hidden from the token (GitLab answers 404 for both)."""
        try:
            found: Json = self.get(path, what, **query)
        except NotFoundError:
            return None
        return found

    def pages(self, path: str, what: str, *, at_most: int | None = None, **query: Any) -> list[Json] | None:
        """All items of a list, each once; None when what holds them is not there.

        With `at_most`, None as well when there are more pages, or GitLab does not say how many (it counts up to 10,000 items).
        """
        query |= {"per_page": PAGE, "page": 1}
        try:
            response = self.ask("get", path, what, query=query)
        except NotFoundError:
            return None
        total = response.headers.get("X-Total-Pages") or ""
        if at_most is not None and not (total.isdecimal() and int(total) <= at_most):
            return None
        items: list[Json] = answer(response)
        if total.isdecimal():
            rest = self.each(lambda page: answer(self.ask("get", path, what, query=query | {"page": page})), range(2, int(total) + 1))
            items += [item for page in rest for item in page]
        else:
            while following := response.headers.get("X-Next-Page"):
                response = self.ask("get", path, what, query=query | {"page": int(following)})
                items += answer(response)
        # What is made or removed while the pages are read shifts items from one page to the next.
        return list({item["id"]: item for item in items}.values())

    def write(self, verb: str, path: str, what: str, *, within: str | None, body: Json | None = None) -> Json:
        """Change something on the group or project `within` (a full path); None only for what belongs to no group (accounts).

        Raises PermanentError, before anything is sent, when `within` lies outside the root group.
        """
        root = self.settings.root_group
        if within is not None and not inside(within, root):
            raise PermanentError(f"{what}: {within} lies outside the root group {root}; eiginfra writes nothing there")
        response = self.ask(verb, path, what, body=body)
        result: Json = answer(response) if response.content else {}
        return result

    def ask(
        self, verb: str, path: str, what: str, *, query: Mapping[str, Any] | None = None, body: Json | None = None
    ) -> requests.Response:
        """One request; `what` says in an error what it was for ("create group eig/eig3")."""
        if self.settings.token is None:
            raise UsageError(f"{what}: GitLab is not asked without a token")
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in (query or {}).items()}
        try:
            with self._slots:
                return self._gitlab.http_request(verb, path, query_data=texts, post_data=body, obey_rate_limit=False)
        except gitlab.GitlabError as problem:
            raise self._refusal(problem, verb.upper(), what) from problem

    def _refusal(self, problem: gitlab.GitlabError, verb: str, what: str) -> ProviderError:
        status, said, url = problem.response_code or 0, words(problem.response_body), self.settings.url
        if said is None and status in {404, 405}:
            return PermanentError(f"{what}: no GitLab answers at {url} ({status}); see `url:` under `gitlab:` in the site file")
        message = f"{what}: GitLab answers {status}: {said or problem.error_message or 'no reason given'}"
        match status:
            case 401:
                return PermissionDeniedError(
                    f"{message}; see `token:` under `gitlab:` in the site file: it may be wrong, expired or revoked"
                )
            case 403:
                return PermissionDeniedError(f"{message}; the token needs the scope api and the right to do this (see eiginfra doctor)")
            case 400 | 422:
                return RefusedError(message)
            case _:
                return status_error(status, verb, message)


def encoded(reference: int | str) -> str:
    """An ID or a full path as it stands in a URL."""
    return str(EncodedId(reference))


def answer(response: requests.Response) -> Any:
    """The JSON of an answer; raises PermanentError when it is something else (a proxy's page)."""
    try:
        return response.json()
    except ValueError as problem:
        where = response.url.partition("?")[0]
        raise PermanentError(f"{where} does not answer as GitLab's API would; see `url:` under `gitlab:` in the site file") from problem
