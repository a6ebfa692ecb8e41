"""The only module that sends requests to GitLab, through python-gitlab; `api` defines the requests.

Reads come in pages of 100, concurrently where GitLab says how many there are. Writes stay inside the root group: the fence is here,
below every kind. Refusals become typed errors with GitLab's own words.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from typing import Any, TypeVar

import gitlab
import requests
from gitlab.utils import EncodedId

from eiginfra import __version__
from eiginfra.core.errors import NotFoundError, PermanentError, PermissionDeniedError, ProviderError, UsageError
from eiginfra.providers.gitlab.error_body import error_text, lacks_scope
from eiginfra.providers.gitlab.fields import inside
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.gitlab.shapes import shape_of, shape_of_written
from eiginfra.providers.http import HttpPolicy, Meter, open_session
from eiginfra.providers.http_errors import status_error
from eiginfra.providers.json_body import decoded
from eiginfra.providers.shapes import Oddities, Shape

Json = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

PAGE = 100
CONCURRENCY = 16
_DIGITS = 12
MOST_PAGES = 2000
"""Longer lists are not read: no root group holds 200,000 objects."""
MOST_BYTES = 32 << 20
"""Of a whole list: it is kept in memory until it is compared."""
READINGS = 3
"""How often a list is read at most, if what it holds is removed while its pages are read."""


class RefusedError(PermanentError):
    """GitLab finds the request wrong (400, 422): an invalid value, or an object in the way."""


class GitLabClient:
    """A connection to one GitLab; safe to use from several threads. Every method raises the typed errors of core.errors."""

    def __init__(self, settings: GitLabSettings, policy: HttpPolicy | None = None) -> None:
        self.settings = settings
        self.policy = policy or HttpPolicy("gitlab", ca=settings.ca, proxy=settings.proxy, timeout=settings.timeout)
        self.session = open_session(self.policy)
        self._slots = threading.BoundedSemaphore(CONCURRENCY)
        self._helpers = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="gitlab")
        self._resume_at = 0.0
        self.odd = Oddities("gitlab")
        self.session.hooks["response"].append(self._note_limit)

    @cached_property
    def _gitlab(self) -> gitlab.Gitlab:
        """python-gitlab's client: made for the first request, since its classes take a while to load."""
        token = self.settings.token
        return gitlab.Gitlab(
            self.settings.url,
            private_token=token.reveal() if token else None,
            session=self.session,
            user_agent=f"eiginfra/{__version__}",
        )

    def close(self) -> None:
        """End threads and connections."""
        self._helpers.shutdown(cancel_futures=True)
        self.session.hooks["response"].clear()  # it holds the session and the client in a circle
        self.session.close()

    @property
    def meter(self) -> Meter:
        """Counts the requests."""
        return self.policy.meter

    def each(self, ask: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The answers for all items, asked concurrently, in order; the first error ends it."""
        todo = list(items)
        answers: dict[int, R] = {}
        problems: dict[int, BaseException] = {}
        numbers = iter(range(len(todo)))

        def work() -> None:
            while not problems and (number := next(numbers, None)) is not None:  # shared: whoever is free takes the next
                try:
                    answers[number] = ask(todo[number])
                except BaseException as problem:  # noqa: BLE001 - raised below
                    problems[number] = problem

        helpers = [self._helpers.submit(work) for _ in todo[1:CONCURRENCY]]
        work()  # so that it ends even if all helpers are busy, perhaps waiting for this
        wait(helper for helper in helpers if not helper.cancel())
        if problems:
            raise problems[min(problems)]
        return [answers[number] for number in range(len(todo))]

    def get(self, path: str, what: str, **query: Any) -> Any:
        """What a path answers, of a list those items that have the form.

        Raises NotFoundError when there is nothing, PermanentError for an object of another form.
        """
        found, shape = answer(self.ask("get", path, what, query=query)), shape_of(path)
        return self.odd.sorted_out(found, shape, what) if isinstance(found, list) else _formed(found, shape, what)

    def find(self, path: str, what: str, **query: Any) -> Json | None:
        """An object, or None when it is not there or hidden from the token (GitLab answers 404 for both)."""
        try:
            return _formed(answer(self.ask("get", path, what, query=query)), shape_of(path), what)
        except NotFoundError:
            return None

    def pages(self, path: str, what: str, *, at_most: int | None = None, by: tuple[str, ...] = ("id",), **query: Any) -> list[Json] | None:
        """All items of a list, each once; None when what holds them is not there.

        by: the fields that tell items apart. With `at_most`, None as well when there are more pages, or GitLab does not say how many (it
        counts up to 10,000 items). A list from which something was removed between two of its pages is read again: an item on the edge
        would be missed.
        """
        found: dict[tuple[Any, ...], Json] = {}
        for _ in range(READINGS):
            try:
                first = self.ask("get", path, what, query={**query, "per_page": PAGE, "page": 1})
            except NotFoundError:
                return None
            pages, total = (first.headers.get(name) or "" for name in ("X-Total-Pages", "X-Total"))
            if at_most is not None and pages not in map(str, range(at_most + 1)):
                return None
            items = self.odd.sorted_out(self._items(path, what, first, query), shape_of(path), what)
            found = {tuple(item.get(name) for name in by): item for item in items}
            if not total.isdecimal() or len(total) > _DIGITS or len(found) >= int(total):
                break
        return list(found.values())

    def first_pages(self, path: str, what: str, most: int, **query: Any) -> list[Json]:
        """The items of a list's first pages, up to so many pages; for lists that may be endless. Raises NotFoundError, unlike `pages`."""
        found: list[Json] = []
        for page in range(1, most + 1):
            items = _listed(self.ask("get", path, what, query={**query, "per_page": PAGE, "page": page}), what)
            found += self.odd.sorted_out(items, shape_of(path), what)
            if len(items) < PAGE:
                break
        return found

    def _items(self, path: str, what: str, first: requests.Response, query: Json) -> Iterator[Json]:
        """The items of all pages: concurrently where GitLab says how many there are, else one after the other as each names the next."""
        size = 0

        def items_of(response: requests.Response) -> list[Any]:
            nonlocal size
            size += len(response.content)
            if size > MOST_BYTES:
                raise _endless(what)
            return _listed(response, what)

        yield from items_of(first)
        pages = first.headers.get("X-Total-Pages") or ""
        if pages.isdecimal():
            if len(pages) > len(str(MOST_PAGES)) or int(pages) > MOST_PAGES:
                raise _endless(what)
            rest = range(2, int(pages) + 1)
            ask = partial(self.ask, "get", path, what)
            for page in self.each(lambda number: items_of(ask(query={**query, "per_page": PAGE, "page": number})), rest):
                yield from page
            return
        response, seen = first, set[str]()
        while following := response.links.get("next", {}).get("url"):
            if following in seen or len(seen) == MOST_PAGES:
                raise _endless(what)
            seen.add(following)
            # By number or by keyset: the link says how.
            response = self.ask("get", following.partition("/api/v4")[2], what)
            yield from items_of(response)

    def write(self, verb: str, path: str, what: str, *, within: str | None, body: Json | None = None) -> Json:
        """Change something on the group or project `within` (a full path).

        within: None only for accounts, and for notes and issues in the inventory's own repository: no cohort's group holds them.
        Raises PermanentError, before anything is sent, when `within` lies outside the root group.
        """
        root = self.settings.root_group
        if within is not None and not inside(within, root):
            raise PermanentError(f"{what}: {within} lies outside the root group {root}; eiginfra writes nothing there")
        response = self.ask(verb, path, what, body=body)
        found = answer(response) if response.content else {}
        if (shape := shape_of_written(path, verb)) is not None:
            return _formed(found, shape, what)
        return found if isinstance(found, dict) else {}

    def ask(
        self, verb: str, path: str, what: str, *, query: Mapping[str, Any] | None = None, body: Json | None = None
    ) -> requests.Response:
        """One request; `what` says in an error what it was for ("create group eig/eig3")."""
        if self.settings.token is None:
            raise UsageError(f"{what}: GitLab is not asked without a token")
        texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in (query or {}).items()}
        try:
            with self._slots:
                if (pause := self._resume_at - time.monotonic()) > 0:
                    self.policy.sleep(pause)
                return self._gitlab.http_request(verb, path, query_data=texts, post_data=body, obey_rate_limit=False)
        except gitlab.GitlabError as problem:
            raise self._refusal(problem, verb.upper(), what) from problem

    def _note_limit(self, response: requests.Response, **_: Any) -> None:
        """When the server's rate limit is used up, no request is sent before its next period."""
        remaining, reset, now = (response.headers.get(name, "") for name in ("RateLimit-Remaining", "RateLimit-Reset", "Date"))
        if remaining != "0":
            return
        try:  # both by the server's clock
            wait = float(reset) - parsedate_to_datetime(now).timestamp()
        except (ValueError, OverflowError):
            return
        if 0 < wait <= self.policy.longest_wait:
            self._resume_at = time.monotonic() + wait

    def _refusal(self, problem: gitlab.GitlabError, verb: str, what: str) -> ProviderError:
        status, said, url = problem.response_code or 0, error_text(problem.response_body), self.settings.url
        if said is None and status in {404, 405}:
            return PermanentError(f"{what}: no GitLab answers at {url} ({status}); see `url:` under `gitlab:` in the site file")
        message = f"{what}: GitLab answers {status}: {said or problem.error_message or 'no reason given'}"
        match status:
            case 401:
                return PermissionDeniedError(
                    f"{message}; see `token:` under `gitlab:` in the site file: it may be wrong, expired or revoked"
                )
            case 403:
                if lacks_scope(problem.response_body):
                    return PermissionDeniedError(f"{message}; the token needs the scope api (see eiginfra doctor)")
                return PermissionDeniedError(f"{message}; the token's account may not do that, or what it is about is archived")
            case 400 | 422:
                return RefusedError(message)
            case _:
                return status_error(status, verb, message)


def _formed(found: Any, shape: Shape[Any], what: str) -> Json:
    """One object; raises PermanentError when it has another form."""
    if (complaint := shape.complaint(found)) is not None:
        raise PermanentError(f"{what}: GitLab's answer has a form that is not known ({complaint}); see whether a GitLab answers")
    result: Json = found
    return result


def _listed(response: requests.Response, what: str) -> list[Any]:
    found = answer(response)
    if not isinstance(found, list):
        raise PermanentError(f"{what}: GitLab answers, but not with a list; see whether a GitLab answers")
    return found


def _endless(what: str) -> PermanentError:
    return PermanentError(f"{what}: the list has no end: the same page again, or more than {MOST_PAGES} pages or {MOST_BYTES >> 20} MiB")


def encoded(reference: int | str) -> str:
    """An ID or a full path, encoded for a URL."""
    return str(EncodedId(reference))


def answer(response: requests.Response) -> Any:
    """The JSON of an answer; raises PermanentError when it is something else (a proxy's page)."""
    try:
        return decoded(response.content)
    except ValueError as problem:
        where = response.url.partition("?")[0]
        raise PermanentError(f"{where} does not answer as GitLab's API would; see `url:` under `gitlab:` in the site file") from problem
