"""People: members and mentors of a team, from its lists of members on the servers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from eiginfra.core.finding import Finding, notice, warning
from eiginfra.core.provider import Account
from eiginfra.importing.estate import Entry, Estate, FoundTeam
from eiginfra.importing.fitting import Written, fitting, not_expressible
from eiginfra.inventory.cohort import Accounts
from eiginfra.inventory.model import Member, Mentor
from eiginfra.inventory.ssh_keys import SshKey

ROLES: Final = frozenset({"maintainer", "developer", "reporter"})
NOBODY: Final = "nobody@example.org"
"""Stands for an address that nobody knows while an entry is held to its model; it is never written."""
GITLAB, PROXMOX = "gitlab_id", "proxmox_id"
_DAY = timedelta(days=1)
_KEY: Final[TypeAdapter[str]] = TypeAdapter(SshKey)


def last_day(estate: Estate) -> date | None:
    """The latest day on which a membership ends; None where none does."""
    return max((day for team in estate.teams.values() for entry in team.members if (day := _until(entry)) is not None), default=None)


def people_of(team: FoundTeam, estate: Estate, ends: date) -> tuple[list[Written], list[Written]]:
    """Members and mentors, as the team's file has them."""
    members, mentors = list[Written](), list[Written]()
    named = {str(entry.get("username")).lower(): entry for entry in team.members}
    for name, entry in sorted(named.items()):
        if entry.get("access") not in ROLES:
            told = {"username": name, "role": str(entry.get("access")), "group": team.group and team.group.address.key}
            estate.findings.append(warning("import-role", told, team=team.id))
            continue
        mentor = entry["access"] == "reporter" and name not in (team.users or ())
        written = _person(name, entry, team, estate, ends, mentor=mentor)
        if written is not None:
            (mentors if mentor else members).append(written)
    estate.findings += _differing(team, {str(one["username"]) for one in members}, {str(one["username"]) for one in mentors})
    return members, mentors


def _person(name: str, entry: Entry, team: FoundTeam, estate: Estate, ends: date, *, mentor: bool) -> Written | None:
    account, until = estate.account(GITLAB, name), _until(entry)
    shown = "" if account is None else account.shown
    written: Written = {
        "username": name,
        "name": shown if shown and shown != name else None,
        "email": address_of(name, estate),
        "role": None if mentor or entry["access"] == "developer" else entry["access"],
        "ssh_keys": _sound(name, estate.keys.get(name, ()), team, estate.findings) or None,
        "until": None if until is None or until == ends else until.isoformat(),
    }
    known = written["email"] is not None
    if not known:
        estate.findings.append(warning("import-email-unknown", username=name, team=team.id))
    sound = fitting(Mentor if mentor else Member, {**written, "email": written["email"] or NOBODY}, name, estate.findings, team.id)
    if sound is not None and not known:
        del sound["email"]
    return sound


def address_of(name: str, estate: Estate) -> str | None:
    """Somebody's e-mail address: of their account on GitLab, or else on the compute server where they are in the same team there, too."""
    account, other = estate.account(GITLAB, name), estate.account(PROXMOX, name)
    if _shown(account):
        return _shown(account)
    together = any(
        name in (team.users or ()) and any(str(entry.get("username")).lower() == name for entry in team.members)
        for team in estate.teams.values()
    )
    return other.email if other is not None and other.email and together else None


def confirmed(estate: Estate, names: set[str]) -> dict[str, Written]:
    """`people` of cohort.yml: the accounts that these people are known to have, by user name.

    Of GitLab that which is in the team's list now. Elsewhere an account is somebody's if it has the address of theirs; it is told if not.
    """
    found: dict[str, Written] = {}
    for name in sorted(names):
        ids: Written = {}
        for key in Accounts.model_fields:
            account = estate.account(key, name)
            if account is None:
                continue
            same = bool(account.email) and account.email == address_of(name, estate)
            if key == GITLAB or (same and not account.administrator):
                ids[key] = account.id
            else:
                told = {"username": name, "account": account.name, "id": account.id, "key": key}
                estate.findings.append(warning("import-account-unsure", told))
        if ids:
            found[name] = ids
    return found


def by_name_alone(estate: Estate, names: set[str]) -> list[Finding]:
    """One notice for all whose address is that of an account on the compute server, of their user name and in their team."""
    found = sorted(name for name in names if address_of(name, estate) and not _shown(estate.account(GITLAB, name)))
    return [notice("import-email-by-name", names=found, count=len(found))] if found else []


def _shown(account: Account | None) -> str:
    return "" if account is None else account.email


def without_keys(teams: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """One notice for all members whose keys nobody knows."""
    names = {str(member["username"]) for team in teams.values() for member in team.get("members", ()) if not member.get("ssh_keys")}
    return [notice("import-keys-unknown", names=sorted(names), count=len(names))] if names else []


def _until(entry: Entry) -> date | None:
    """GitLab ends access at the beginning of the day that it names."""
    expires = entry.get("expires")
    return date.fromisoformat(expires) - _DAY if isinstance(expires, str) else None


def _sound(name: str, keys: Any, team: FoundTeam, findings: list[Finding]) -> list[str]:
    """The keys that a team's file may have."""
    sound = []
    for key in keys:
        try:
            sound.append(_KEY.validate_python(key))
        except ValidationError:
            findings.append(not_expressible(name, "ssh_keys", f"{key[:40]}…", team.id))
    return sound


def _differing(team: FoundTeam, members: set[str], mentors: set[str]) -> list[Finding]:
    """Who is in the team's list on one server and not in that on the other."""
    if team.users is None or team.group is None:
        return []
    only_there, only_here = sorted(team.users - members - mentors), sorted(members - team.users)
    return [warning("import-members-differ", gitlab=only_here, proxmox=only_there, team=team.id)] if only_there or only_here else []
