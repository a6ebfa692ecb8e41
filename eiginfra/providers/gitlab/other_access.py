"""Access that no list of members gives: shares with other groups, direct members where no list is, tokens and keys that may write."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.look import Look
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.members.reader import read_list
from eiginfra.providers.gitlab.members.state import LEVELS, NAMES
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import marked_for_deletion

Sort = Literal["shares", "direct_members", "tokens", "deploy_tokens", "deploy_keys"]
WRITES = LEVELS["developer"]
_WRITING = {"api", "write_repository", "write_registry"}
"""Scopes of access tokens. Source: GitLab's documentation, "Project access tokens"."""
_PUBLISHING = {"write_registry", "write_package_registry", "write_virtual_registry"}
"""Scopes of deploy tokens, which never write to a repository. Source: "Deploy tokens"."""


@dataclass(frozen=True)
class Way:
    """How somebody has access. number: the ID of the other group, the account, the token or the key."""

    sort: Sort
    holder: Holder
    who: str
    access: str
    number: int

    @property
    def name(self) -> str:
        """What it is called in plans: `eig/eig3/plume/site:partners`."""
        return f"{self.holder.path}:{self.who}"


def ways(api: GitLabApi, look: Look, group: str, named: Mapping[str, frozenset[str]]) -> list[Way]:
    """All of a group and what lies below it. named: the usernames that each list of members names, by path."""
    groups = [Holder("group", str(one["full_path"]), int(one["id"])) for one in api.tree(group, look) if not marked_for_deletion(one)]
    listed = [one for one in api.projects(group, look) if not marked_for_deletion(one)] if groups else []
    projects = [Holder("project", str(one["path_with_namespace"]), int(one["id"])) for one in listed]
    details = api.client.each(lambda holder: api.group(int(str(holder.id))) or {}, groups)
    found = [way for holder, item in zip((*groups, *projects), (*details, *listed), strict=True) for way in _shares(holder, item)]
    found += _members(api, look, [*groups, *projects], named)
    found += _deploy_tokens(api, [*groups, *projects])
    found += _deploy_keys(api, projects)
    return sorted(found, key=lambda way: (way.sort, way.name))


def close(api: GitLabApi, way: Way) -> None:
    """Take it away. Raises the errors of core.errors."""
    holder, what = way.holder, f"take {way.who}'s access to {way.holder} away"
    match way.sort:
        case "shares":
            api.nested.remove(holder, f"/share/{way.number}", what)
        case "direct_members":
            api.nested.remove_member(holder, way.number, way.who, below=True)
        case "deploy_keys":
            api.nested.remove(holder, f"/deploy_keys/{way.number}", what)
        case "deploy_tokens":
            api.nested.remove(holder, f"/deploy_tokens/{way.number}", what)
        case "tokens":
            api.nested.remove(holder, f"/access_tokens/{way.number}", what)


def _shares(holder: Holder, item: Json) -> Iterator[Way]:
    for link in item.get("shared_with_groups") or ():
        level, who = int(link["group_access_level"]), str(link.get("group_full_path") or link["group_name"])
        yield Way("shares", holder, who, NAMES.get(level, f"level {level}"), int(link["group_id"]))


def _members(api: GitLabApi, look: Look, holders: Iterable[Holder], named: Mapping[str, frozenset[str]]) -> Iterator[Way]:
    """Direct members where no list manages them, with more than they inherit; access tokens where a list has the account of one."""
    chosen = [Holder(holder.sort, holder.path) for holder in holders]
    above = sorted({path for holder in chosen for path in ancestors(holder.path)} - {holder.path for holder in chosen})
    asked = [*chosen, *(Holder("group", path) for path in above)]
    lists = {holder.path: members or [] for holder, members in api.client.each(lambda one: look.once(read_list, (api, one)), asked)}
    kept = {name.lower() for name in api.settings.keep}
    for holder in holders:
        with_tokens = False
        for member in lists.get(holder.path, ()):
            number, level, name = int(member["id"]), int(member["access_level"]), str(member["username"])
            if name.lower() in kept | named.get(holder.path, frozenset()) or number == api.me()["id"]:
                continue
            if api.is_bot(number):
                with_tokens |= level >= WRITES
            elif holder.path not in named and level > _inherited(lists, holder.path, number):
                yield Way("direct_members", holder, name, NAMES.get(level, f"level {level}"), number)
        if with_tokens:
            yield from _tokens(api, holder)


def _tokens(api: GitLabApi, holder: Holder) -> Iterator[Way]:
    """Those that may write; the account of one that was revoked stays for a while."""
    for token in _visible(api, holder, "access_tokens"):
        level = int(token.get("access_level") or 0)
        if token.get("active") and level >= WRITES and _WRITING & {*(token.get("scopes") or ())}:
            yield Way("tokens", holder, str(token["name"]), NAMES.get(level, f"level {level}"), int(token["id"]))


def _visible(api: GitLabApi, holder: Holder, listing: str) -> list[Json]:
    """A list, as far as the token may see it: only who manages a group or project sees its keys."""
    try:
        return api.nested.items(holder, listing) or []
    except PermissionDeniedError:
        return []


def _inherited(lists: Mapping[str, list[Json]], path: str, number: int) -> int:
    levels = [int(one["access_level"]) for group in ancestors(path) for one in lists.get(group, ()) if one["id"] == number]
    return max(levels, default=0)


def _deploy_tokens(api: GitLabApi, holders: Iterable[Holder]) -> Iterator[Way]:
    """Those that may publish; an administrator sees at once whether there are any, and only then asks whose they are."""
    if api.me().get("is_admin") and not any(map(_publishes, api.client.pages("/deploy_tokens", "list the deploy tokens") or ())):
        return
    chosen = list(holders)
    lists = api.client.each(lambda holder: _visible(api, holder, "deploy_tokens"), chosen)
    for holder, tokens in zip(chosen, lists, strict=True):
        for token in filter(_publishes, tokens):
            access = ", ".join(sorted(_PUBLISHING & {*token["scopes"]}))
            yield Way("deploy_tokens", holder, str(token["name"]), access, int(token["id"]))


def _publishes(token: Json) -> bool:
    return not (token.get("revoked") or token.get("expired")) and bool(_PUBLISHING & {*(token.get("scopes") or ())})


def _deploy_keys(api: GitLabApi, projects: Iterable[Holder]) -> Iterator[Way]:
    """Those that may push: for an administrator in pages of all keys, else one request a project."""
    if api.me().get("is_admin"):
        by_number = {holder.id: holder for holder in projects}
        for key in api.client.pages("/deploy_keys", "list the deploy keys") or ():
            for project in key.get("projects_with_write_access") or ():
                if (holder := by_number.get(project["id"])) is not None:
                    yield Way("deploy_keys", holder, str(key["title"]), "push", int(key["id"]))
        return
    chosen = list(projects)
    lists = api.client.each(lambda holder: _visible(api, holder, "deploy_keys"), chosen)
    for holder, keys in zip(chosen, lists, strict=True):
        for key in keys:
            if key.get("can_push"):
                yield Way("deploy_keys", holder, str(key["title"]), "push", int(key["id"]))
