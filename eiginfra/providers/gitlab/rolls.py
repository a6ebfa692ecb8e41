"""Reading the lists of members of many places at once, and what is inherited from the groups above them."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.places import Place
from eiginfra.providers.gitlab.roster import Memory, Roster


class Rolls:
    """Lists of members, each read once; those of groups above are remembered, for what they hand down changes seldom.

    What is handed down is worked out from the lists of the groups above, not from `/members/all`: that would cost a request more a list.
    """

    def __init__(self, api: GitLabApi) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._lists: dict[str, list[Json]] = {}

    def read(self, places: Sequence[Place], memories: Mapping[str, Memory], inviting: Collection[str], *, anew: bool) -> dict[str, Roster]:
        """The rosters of those places that exist, by path.

        inviting: the paths whose invitations are read too. anew: whether the groups above are read again.
        """
        remembered = set() if anew else set(self._lists)
        found = {place.path: (place, members) for place, members in self._api.client.each(self._look, places) if members is not None}
        above = sorted({group for place in places for group in ancestors(place.path)} - found.keys() - remembered)
        others = dict(self._api.client.each(lambda path: (path, self._look(Place("group", path))[1] or []), above))
        with self._lock:
            self._lists.update(others | {path: members for path, (place, members) in found.items() if place.sort == "group"})
        asked = [place for place, _ in found.values() if place.path in inviting]
        invitations = dict(
            zip((place.path for place in asked), self._api.client.each(self._api.places.invitations, asked), strict=True)
        )  # fmt: skip
        return {
            path: replace(self.nobody(place), members=members, invitations=invitations.get(path) or (), memory=memories.get(path, Memory()))
            for path, (place, members) in found.items()
        }

    def nobody(self, place: Place) -> Roster:
        """The roster of a place without members, which knows what is handed down to it."""
        above: dict[str, tuple[int, str]] = {}
        for group in ancestors(place.path):
            for member in self._lists.get(group, ()):
                name, level = member["username"].lower(), int(member["access_level"])
                above[name] = max(above.get(name, (0, "")), (level, group))
        return Roster(self._api, place, above=above)

    def _look(self, place: Place) -> tuple[Place, list[Json] | None]:
        known = place if place.id or place.sort == "project" else replace(place, id=self._api.known_group(place.path))
        members = self._api.places.members(known) if known.id or known.sort == "project" else None
        if members is None and known.sort == "project" and (former := self._api.former.get(place.path)):
            members = self._api.places.members(replace(place, path=former, id=None))
        if members is None and known.sort == "group" and place.id is None:
            # Never seen, or deleted and made anew since.
            found = self._api.group(place.path)
            if found is not None and str(found["full_path"]).lower() == place.path.lower():
                known = replace(place, id=int(found["id"]))
                members = self._api.places.members(known)
        self._api.meet(members or ())
        return known, members
