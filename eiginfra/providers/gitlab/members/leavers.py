"""Who leaves a list: whether they stay further below, and where else in the cohort they were added by hand."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from eiginfra.core.finding import Finding, warning
from eiginfra.core.reason import reason
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.fields import inside
from eiginfra.providers.gitlab.members.state import Entry, MembersState
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import CohortTree


class Leavers:
    """wanted: the usernames (lower case) that each list of the inventory names, by path; whole: whether all lists are looked at."""

    def __init__(self, api: GitLabApi, tree: CohortTree, wanted: Mapping[str, frozenset[str]], *, whole: bool) -> None:
        self._api = api
        self._tree = tree
        self._wanted = wanted
        self._everybody = frozenset().union(*wanted.values())
        self._whole = whole

    def of(self, holder: Holder, state: MembersState, wanted: Sequence[Entry] | None) -> tuple[dict[str, JsonValue], list[Finding]]:
        """What the removals of one list need to know, for its handle; and a finding for each membership elsewhere."""
        if wanted is None:
            return {}, []
        names = {entry["username"] for entry in wanted}
        stay: list[JsonValue] = []
        elsewhere: dict[str, JsonValue] = {}
        findings: list[Finding] = []
        for name in sorted(state.entries.keys() - names):
            if any(name.lower() in others for path, others in self._wanted.items() if path != holder.path and inside(path, holder.path)):
                stay.append(name)
            elif self._whole and name in state.users and name.lower() not in self._everybody and self._api.me().get("is_admin"):
                others = self._elsewhere(state.users[name], holder)
                if others:
                    elsewhere[name] = [[other.sort, other.path, other.id] for other in others]
                    findings.append(_said(name, holder, others))
        return {"stay": stay, "elsewhere": elsewhere}, findings

    def _elsewhere(self, user: int, holder: Holder) -> list[Holder]:
        """Direct memberships in the cohort that no list manages, below this one none; only administrators see them."""
        found = []
        for membership in self._api.nested.memberships(user):
            if membership["source_type"] == "Project":
                thing, sort, field = self._api.project(membership["source_id"]), "project", "path_with_namespace"
            else:
                thing, sort, field = self._api.group(membership["source_id"]), "group", "full_path"
            path = str(thing[field]) if thing else ""
            if path and self._tree.holds(path) and path not in self._wanted and not inside(path, holder.path):
                found.append(Holder("project" if sort == "project" else "group", path, int(membership["source_id"])))
        return found


def _said(name: str, holder: Holder, others: Sequence[Holder]) -> Finding:
    where = [reason("in-project" if other.sort == "project" else "in-group", path=other.path) for other in others]
    return warning("leaver-elsewhere", name=name, path=holder.path, where=where, address=f"gitlab.members[{holder.path}]")
