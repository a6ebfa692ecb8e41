"""The filters and tests that templates may use: Jinja's harmless ones, growing ones with a bound, and eiginfra's own."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, cast

from jinja2 import filters as jinja_filters
from jinja2 import tests as jinja_tests
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

from eiginfra.playbook.failure import EvaluationError
from eiginfra.playbook.gitlab_names import gitlab_name
from eiginfra.playbook.spec_errors import sort_of
from eiginfra.playbook.views import Entry, View

MAX_TEXT = 65_536
"""Characters of one text."""

# Left out: what knows HTML, what pads or repeats to any length, what is random, what reaches attributes by name.
_HARMLESS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "wordcount",
]
_NOT_FOR_DATA = {"callable", "escaped", "filter", "test"}

_ACCESS_KEYS = {"access": "role", "expires": "until"}


def gitlab_access(people: Iterable[View], *, invite: bool = False) -> list[Entry]:
    """People as members of a GitLab group: their role (a mentor is a reporter), and when it ends. Each user name once.

    GitLab ends access at the beginning of the day named, so the day after the last one is named. With `invite` also their e-mail address,
    where who has no account is invited.
    """
    members: dict[str, Entry] = {}
    for person in _each("gitlab_access", people):
        username, role = person.read("username"), person.read("role")
        access = "reporter" if role == "mentor" else role
        entry = {"username": username, "access": access, "expires": person.read("until") + timedelta(days=1)}
        entry |= {"email": person.read("email")} if invite else {}
        members.setdefault(username, Entry(entry, person, _ACCESS_KEYS))
    return list(members.values())


def proxmox_users(people: Iterable[View], realm: str) -> list[Entry]:
    """People as members of a Proxmox group: their accounts in that realm, each once."""
    found: dict[str, Entry] = {}
    for person in _each("proxmox_users", people):
        found.setdefault(person.username, Entry({"user": f"{person.username}@{realm}"}, person, {"user": "username"}))
    return list(found.values())


def _each(name: str, people: Iterable[View]) -> Iterator[View]:
    for person in [people] if isinstance(people, str | Mapping | View) else people:
        if not (isinstance(person, View) and person.noun == "person"):
            raise EvaluationError("template-people", filter=name, sort=sort_of(person))
        yield person


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens: `Karfu’R` becomes `karfu-r`."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


@pass_eval_context
def _join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        value = map(jinja_filters.make_attrgetter(context.environment, attribute), value)
    parts: list[str] = []
    size = 0
    for item in value:
        parts.append(str(item))
        size = within(size + len(parts[-1]) + len(d))
    return d.join(parts)


def _replace(text: str, old: str, new: str) -> str:
    text, old, new = str(text), str(old), str(new)
    within(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def within(size: int) -> int:
    """The size, if a text may have it; else EvaluationError."""
    if size > MAX_TEXT:
        raise EvaluationError("template-too-long", most=MAX_TEXT)
    return size


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{name: cast("Callable[..., Any]", jinja_filters.FILTERS[name]) for name in _HARMLESS},
    "join": _join,
    "replace": _replace,
    "gitlab_access": gitlab_access,
    "gitlab_name": gitlab_name,
    "proxmox_users": proxmox_users,
    "slug": slug,
}
TESTS: Mapping[str, Callable[..., Any]] = {
    name: cast("Callable[..., Any]", test) for name, test in jinja_tests.TESTS.items() if name not in _NOT_FOR_DATA
}
