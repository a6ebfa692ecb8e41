"""Who of a group's members is eiginfra's to judge."""

import re
from collections.abc import Mapping
from typing import Any

from eiginfra.core.finding import Finding, error, warning
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json

# https://docs.gitlab.com/api/access_requests/#valid-access-levels
LEVELS = {"minimal": 5, "guest": 10, "planner": 15, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
NAMES = {level: name for name, level in LEVELS.items()}

# Accounts that GitLab makes for group and project access tokens, and the default names of service accounts.
_BOT = re.compile(r"(?:project|group)_\d+_bot(?:_[0-9a-f]+|\d*)|service_account_(?:group_\d+_|project_\d+_)?[0-9a-f]+", re.IGNORECASE)


def entry_of(member: Json, username: str | None = None) -> dict[str, Any]:
    """A membership as an entry of the spec; `username` as the spec writes it."""
    level, expires = member["access_level"], member.get("expires_at")
    access = NAMES.get(level, f"level {level}")
    return {"username": username or member["username"], "access": access, "expires": expires[:10] if expires else None}


class Roster:
    """The direct members of a group, without those that are never touched."""

    def __init__(self, api: GitLabApi, group: int, members: list[Json]) -> None:
        self.group = group
        self._api = api
        self._members = members

    def seen(self, path: str, wanted: Mapping[str, int] | None) -> tuple[list[dict[str, Any]], list[Finding]]:
        """The entries to compare, sorted by username, and findings.

        wanted: usernames and their access levels; None when nobody manages the list, so that nobody would be removed either.
        """
        names = {username.lower(): username for username in wanted or ()}
        untouched = [
            member for member in self._members if self._is_untouchable(member, strange=wanted is not None and not _named(member, names))
        ]
        ours = [member for member in self._members if member not in untouched]
        findings, spared = [], None
        if wanted is not None:
            me = self._api.me()["username"]
            if me.lower() in names:
                findings.append(_own_account(path, me))
            spared = self._last_owner(ours, untouched, {name.lower(): level for name, level in wanted.items()})
            if spared is not None:
                findings.append(_spared(path, spared["username"]))
        entries = [entry_of(member, names.get(member["username"].lower())) for member in ours if member is not spared]
        return sorted(entries, key=lambda entry: str(entry["username"])), findings

    def _is_untouchable(self, member: Json, *, strange: bool) -> bool:
        name, kept = member["username"].lower(), {name.lower() for name in self._api.settings.keep}
        if member["id"] == self._api.me()["id"] or name in kept or _BOT.fullmatch(name):
            return True
        # Service accounts may bear any name, but only those that nobody named are asked about.
        return strange and bool((self._api.user(int(member["id"])) or {}).get("bot"))

    def _last_owner(self, ours: list[Json], untouched: list[Json], wanted: Mapping[str, int]) -> Json | None:
        """The owner who would leave the group without one, if they went."""
        owners = [member for member in sorted(ours, key=lambda member: int(member["id"])) if member["access_level"] == LEVELS["owner"]]
        if any(member["access_level"] == LEVELS["owner"] for member in untouched):
            return None
        if any(wanted.get(member["username"].lower()) == LEVELS["owner"] for member in owners):
            return None
        return next((member for member in owners if member["username"].lower() not in wanted), None)


def _named(member: Json, names: Mapping[str, str]) -> bool:
    return member["username"].lower() in names


def _own_account(path: str, username: str) -> Finding:
    return error(
        "member-is-token",
        f"{username} is the account behind eiginfra's token; its memberships are never touched",
        remedy="take it out of the members, or give eiginfra an account of its own",
        address=f"gitlab.members[{path}]",
    )


def _spared(path: str, username: str) -> Finding:
    return warning(
        "last-owner",
        f"{username} is not among the members of {path}, but stays: there is no other owner",
        remedy="name another owner first",
        address=f"gitlab.members[{path}]",
    )
