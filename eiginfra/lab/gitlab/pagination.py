"""Pages: by number, with GitLab's headers, or by keyset (recordings genericcommands-get_contributors and others)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from eiginfra.lab.gitlab.call import Answer, GitLabCall
from eiginfra.lab.gitlab.errors import GitLabHttpError, bad_parameters
from eiginfra.lab.gitlab.params import integer, string

Item = TypeVar("Item")
PAGED = {"page": integer(default=1), "per_page": integer(default=20)}
"""The parameters of every list."""
KEYSET = {**PAGED, "pagination": string("legacy", "keyset", default="legacy"), "cursor": string()}
"""Those of a list that can also be read by keyset."""
_COUNT_LIMIT = 10_000
_OFFSET_LIMIT = 50_000


def paginate(call: GitLabCall, items: Sequence[Item], present: Callable[[Item], Any]) -> Answer:
    """The page that was asked for, with `X-*` and `Link` headers.

    Above 10,000 items the totals are left out, as GitLab does.
    """
    page, size = _page_and_size(call)
    total, start = len(items), (page - 1) * size
    counted = total <= _COUNT_LIMIT
    pages = max(1, -(-total // size))
    more = start + size < total
    relations = {"prev": page - 1 if page > 1 else None, "next": page + 1 if more else None, "first": 1}
    if counted:
        relations["last"] = pages
    headers = {
        "link": ", ".join(
            f'<{_link(call, {"page": number, "per_page": size})}>; rel="{name}"' for name, number in relations.items() if number is not None
        ),
        "x-next-page": str(page + 1) if more else "",
        "x-page": str(page),
        "x-per-page": str(size),
        "x-prev-page": str(page - 1) if page > 1 else "",
    }
    if counted:
        headers |= {"x-total": str(total), "x-total-pages": str(pages)}
    return Answer(200, [present(item) for item in items[start : start + size]], headers)


def wants_keyset(call: GitLabCall) -> bool:
    """Whether the caller asks for `pagination=keyset`."""
    return call.given.get("pagination") == "keyset"


def keyset(call: GitLabCall, items: Sequence[Item], present: Callable[[Item], Any], following: Callable[[Item], dict[str, Any]]) -> Answer:
    """The first page of items that were already cut off at the key; `following` gives the key of the next page."""
    _, size = _page_and_size(call)
    shown = items[:size]
    headers = {"x-per-page": str(size)}
    if len(items) > size:
        target = _link(call, {"pagination": "keyset", "per_page": size, **following(shown[-1])})
        headers["link"] = f'<{target}>; rel="next"'
    return Answer(200, [present(item) for item in shown], headers)


def by_cursor(call: GitLabCall, items: Sequence[Item], present: Callable[[Item], Any], identity: Callable[[Item], int]) -> Answer:
    """A page after the item whose id is the `cursor` of the request; from the start without one."""
    cursor = str(call.given.get("cursor") or "")
    numbers = [str(identity(item)) for item in items]
    start = numbers.index(cursor) + 1 if cursor in numbers else 0
    return keyset(call, items[start:], present, lambda item: {"cursor": identity(item)})


def no_keyset() -> GitLabHttpError:
    """405 of an order in which keyset pagination does not work."""
    return GitLabHttpError(405, {"error": "Keyset pagination is not yet available for this type of request"})


def limit_offset(call: GitLabCall, kind: str) -> None:
    """Raise ApiError 405 beyond the 50,000th item, where only a keyset leads on."""
    page, size = _page_and_size(call)
    if (page - 1) * size >= _OFFSET_LIMIT:
        raise GitLabHttpError(
            405,
            {
                "error": f"Offset pagination has a maximum allowed offset of {_OFFSET_LIMIT} for requests that return "
                f"objects of type {kind}. Remaining records can be retrieved using keyset pagination."
            },
        )


def _page_and_size(call: GitLabCall) -> tuple[int, int]:
    given = call.given
    if given["per_page"] == 0:
        raise bad_parameters("per_page has a value not allowed")
    return max(given["page"] or 1, 1), min(max(given["per_page"] or 20, 1), 100)


def _link(call: GitLabCall, changed: dict[str, Any]) -> str:
    given = {name: value for name, value in call.query.items() if name not in {"private_token", "access_token"}}
    pairs = {**call.path, **given, **changed}
    return f"{call.state.url}/api/v4{call.raw_path}?{urlencode(sorted(pairs.items()), doseq=True)}"
