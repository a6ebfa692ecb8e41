"""Reading the lists of members of many groups and projects at once, and what is inherited from the groups above them."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from eiginfra.core.look import Look
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.members.state import MemberList, RememberedMembers
from eiginfra.providers.gitlab.nested_api import Holder


class MembersReader:
    """Lists of members, each read once. Those of the groups above are remembered, since what is inherited changes seldom.

    It is worked out from the lists of these groups, not from `/members/all`: that would cost one more request for each list.
    """

    def __init__(self, api: GitLabApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._lists: dict[str, list[Json]] = {}

    def read(
        self, holders: Sequence[Holder], memories: Mapping[str, RememberedMembers], inviting: Collection[str], look: Look | None = None
    ) -> dict[str, MemberList]:
        """The lists of those groups and projects that exist, by path.

        inviting: the paths whose invitations are read too. Without a look the groups above are those that were read last.
        """
        remembered = set(self._lists) if look is None else set()

        def read(holder: Holder) -> tuple[Holder, list[Json] | None]:
            return read_list((self._api, holder)) if look is None else look.once(read_list, (self._api, holder))

        found = {holder.path: (holder, members) for holder, members in self._api.client.each(read, holders) if members is not None}
        above = sorted({group for holder in holders for group in ancestors(holder.path)} - found.keys() - remembered)
        others = dict(self._api.client.each(lambda path: (path, read(Holder("group", path))[1] or []), above))
        with self._lock:
            self._lists.update(others | {path: members for path, (holder, members) in found.items() if holder.sort == "group"})

        def invited(holder: Holder) -> list[Json]:
            asked = (self._api, Holder(holder.sort, holder.path))
            return read_invitations(asked) if look is None else look.once(read_invitations, asked)

        asked = [holder for holder, _ in found.values() if holder.path in inviting]
        invitations = dict(zip((holder.path for holder in asked), self._api.client.each(invited, asked), strict=True))
        return {
            path: replace(
                self.empty(holder),
                members=members,
                invitations=invitations.get(path) or (),
                memory=memories.get(path, RememberedMembers()),
            )
            for path, (holder, members) in found.items()
        }

    def empty(self, holder: Holder) -> MemberList:
        """A list without members, with what is inherited there."""
        above: dict[int, tuple[int, str]] = {}
        for group in ancestors(holder.path):
            for member in self._lists.get(group, ()):
                number, level = int(member["id"]), int(member["access_level"])
                above[number] = max(above.get(number, (0, "")), (level, group))
        return MemberList(self._api, holder, above=above)


def read_invitations(asked: tuple[GitLabApi, Holder]) -> list[Json]:
    """The pending invitations to a group or project."""
    api, holder = asked
    return api.nested.invitations(holder) or []


def read_list(asked: tuple[GitLabApi, Holder]) -> tuple[Holder, list[Json] | None]:
    """The direct members of a group or project, with its ID; None when it is not there."""
    api, holder = asked
    known = holder if holder.id or holder.sort == "project" else replace(holder, id=api.known_group(holder.path))
    members = api.nested.members(known) if known.id or known.sort == "project" else None
    if members is None and known.sort == "group" and holder.id is None:
        # Never seen, or deleted and created again since.
        found = api.group(holder.path)
        if found is not None and str(found["full_path"]).lower() == holder.path.lower():
            known = replace(holder, id=int(found["id"]))
            members = api.nested.members(known)
    return known, members
