"""`proxmox.user`: an account on Proxmox VE, in the realm of the site; disabled when its person leaves."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.merge import LATEST, strongest
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.access import Json, folded
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import right

_DAY = timedelta(days=1)
_SHOWN = 5


class ProxmoxUserSpec(Spec):
    """An account. Name, address and end are the inventory's: on Proxmox nobody but an administrator could change them."""

    id: Annotated[str, CREATE_ONLY, rules.USER_OR_NAME] = Field(description="NAME@REALM, or NAME in the site's realm")
    account: Annotated[str | None, CREATE_ONLY] = Field(default=None, description="The account that EIG Link confirmed to be the person's")
    name: Annotated[str, rules.SHOWN_NAME] | None = Field(default=None, description="The person's name")
    email: Annotated[str, Field(min_length=3, max_length=254)] | None = Field(default=None, description="The person's address")
    until: Annotated[date | None, Rules(merge=LATEST)] = Field(default=None, description="The last day on which it can be used")
    enabled: Annotated[bool | None, Rules(harm=(False, "account-blocked"), merge=strongest([True, False]))] = Field(
        default=None, description="Whether it can be used at all"
    )


class ProxmoxUserKind(ProxmoxKind[ProxmoxUserSpec]):
    """Found by its ID. Never given a password, never removed; root's and the token's own are never touched."""

    name = "proxmox.user"
    spec = ProxmoxUserSpec
    title = "An account on Proxmox VE"
    decommission = Decommission((Step("disable", Trigger.APPLY, {"enabled": False}, cap="members", created_only=True),))

    def key(self, spec: ProxmoxUserSpec) -> str:
        """`name@realm`."""
        return self.api.access.userid(spec.id)

    def check(self, spec: ProxmoxUserSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:  # noqa: ARG002 - an account is judged alone
        """Accounts that are never touched."""
        if (userid := self.key(spec)) in self.api.access.reserved:
            yield error("account-reserved", user=userid, field="id")
        yield from rules.USER.objections(f"{self.name}: id", userid, "id")
        if spec.email is not None:
            yield from rules.EMAIL.objections(f"{self.name}: email", spec.email, "email")

    def observe(self, scope: Scope) -> Observation:
        """One request; one for the realms while accounts are to be made, and one for the rights of those that existed before."""
        wanted = {resource.address.key: resource for resource in scope.resources}
        keys = (wanted.keys() | {record.address.key for record in scope.records}) - self.api.access.reserved
        rows = {str(row["userid"]): row for row in self.api.access.users()}
        found = {key: rows[name] for key in keys if (name := self.api.access.spelt(key)) in rows}
        missing = [wanted[key] for key in sorted(wanted.keys() - found.keys())]
        realms = self.api.access.realms() if missing else {}
        findings = list(self._to_be_made(missing, realms))
        absent = {
            resource.address: Absence(reason("realm-missing", realm=realm), Presence.WAITING)
            for resource in missing
            if (realm := resource.address.key.rpartition("@")[2]) not in realms
        }
        records = [record for record in (*scope.history, *scope.records) if record.address.kind == self.name and record.verified]
        known, ours = (
            {record.address.key for record in records},
            {record.address.key for record in records if record.created} | self.api.access.ours,
        )
        for key, told in self._not_theirs({key: found[key] for key in found.keys() & wanted.keys() - known - ours}, wanted).items():
            absent[wanted[key].address] = Absence(reason(told.code), Presence.WAITING)
            findings.append(told)
            del found[key]
        objects = [_observed(key, found[key], wanted.get(key), created=key in ours) for key in sorted(found)]
        return Observation(objects, findings, absent)

    def _not_theirs(self, rows: Mapping[str, Json], wanted: Mapping[str, Resource]) -> dict[str, Finding]:
        """A warning for each account that existed before, and nothing proves to be the person's; or that may do more than a team."""
        rights = self.api.access.rights() if rows else {}
        found = {}
        for key, row in sorted(rows.items()):
            resource = wanted[key]
            address, team, values = str(resource.address), resource.team, resource.values
            name, paths = str(row["userid"]), beyond_a_team(row, rights)
            email = str(row.get("email") or "").lower()
            if folded(str(values.get("account") or "")) == key:
                continue
            if paths:
                found[key] = warning("account-privileged", user=name, paths=paths, address=address, field="id", team=team)
            elif not email or email != str(values.get("email") or "").lower():
                found[key] = warning("account-not-confirmed", user=name, address=address, field="id", team=team)
        return found

    @staticmethod
    def _to_be_made(missing: Sequence[Resource], realms: Mapping[str, str]) -> Iterator[Finding]:
        """Proxmox takes accounts of a realm that does not exist; and a token cannot set a password."""
        by_realm: dict[str, list[Resource]] = {}
        for resource in missing:
            by_realm.setdefault(resource.address.key.rpartition("@")[2], []).append(resource)
        for realm, resources in sorted(by_realm.items()):
            names = _some(resource.address.key for resource in resources)
            if realm not in realms:
                yield warning(
                    "realm-missing",
                    realm=realm,
                    names=names,
                    count=len(resources),
                    realms=sorted(realms),
                    location=resources[0].locate("id"),
                )
            elif realms[realm] in {"pve", "pam"}:
                yield notice("account-without-password", names=names, first=resources[0].address.key)

    def read(self, spec: ProxmoxUserSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the ID is all there is to find it by
        """The account, or None."""
        row = self.api.access.user(self.key(spec))
        return None if row is None else _observed(self.key(spec), row)

    def needs(self, change: Change, asking: Asking) -> Needs:  # noqa: ARG002 - whatever is changed
        """An account may also be changed by who may change those of one of its groups."""
        yield WHOLE, right("/access/groups", "User.Modify", somewhere=change.action is not Action.CREATE)
        if change.action is Action.CREATE:
            yield WHOLE, right(f"/access/realm/{change.address.key.rpartition('@')[2]}", "Realm.AllocateUser")

    def create(self, spec: ProxmoxUserSpec) -> None:
        """Make it, without a password; raises AlreadyExistsError."""
        fields = [name for name, value in spec if value is not None]
        self.api.access.ours.add(self.key(spec))
        self.api.client.send("POST", "access/users", f"create user {self.key(spec)}", {"userid": self.key(spec), **_params(spec, fields)})

    def update(self, observed: Observed, spec: ProxmoxUserSpec, diffs: Sequence[FieldDiff]) -> None:
        """Only what differs."""
        params = _params(spec, [found.field for found in diffs])
        if "firstname" in params and observed.facts.get("lastname"):
            params["lastname"] = ""
        self.api.access.ours.add(self.key(spec))
        self.api.client.send("PUT", f"access/users/{self.api.access.spelt(self.key(spec))}", f"change user {self.key(spec)}", params)


def beyond_a_team(row: Json, rights: Mapping[str, Collection[str]]) -> list[str]:
    """The paths on which an account has rights that no team has: beside those of pools. rights: as `Access.rights` gives them."""
    who = [str(row["userid"]), *(f"@{group}" for group in str(row.get("groups") or "").split(","))]
    return sorted({path for one in who for path in rights.get(one, ()) if not path.startswith("/pool/")})


def _params(spec: ProxmoxUserSpec, fields: Iterable[str]) -> dict[str, Any]:
    """Proxmox's words. A person's name is one: it is kept whole, as the first name, and shown so in the column Name."""
    every: dict[str, dict[str, Any]] = {
        "name": {"firstname": spec.name},
        "email": {"email": spec.email},
        "until": {"expire": None if spec.until is None else _end_of(spec.until)},
        "enabled": {"enable": int(spec.enabled is not False)},
    }
    return {key: value for field in fields for key, value in every.get(field, {}).items()}


def _end_of(day: date) -> int:
    """The second in which the day is over, UTC; as GitLab ends an access."""
    return int(datetime.combine(day + _DAY, time(), UTC).timestamp())


def _last_day(expire: object) -> str | None:
    """The day whose end it is; an instant within a day as it is, None for no end."""
    seconds = int(str(expire or 0))
    if not seconds:
        return None
    end = datetime.fromtimestamp(seconds, UTC)
    return (end.date() - _DAY).isoformat() if end.time() == time() else end.isoformat()


def _some(names: Iterable[str]) -> list[str | Reason]:
    every = list(names)
    more = len(every) - _SHOWN
    return [*every] if more <= 0 else [*every[:_SHOWN], reason("and-more", count=more)]


def _observed(key: str, row: Json, resource: Resource | None = None, *, created: bool = True) -> Observed:
    """created: whether eiginfra made it; of what it did not make it changes nothing."""
    values: dict[str, JsonValue] = {
        "id": key,
        "name": " ".join(str(row[part]) for part in ("firstname", "lastname") if row.get(part)),
        "email": str(row.get("email") or ""),
        "until": _last_day(row.get("expire")),
        "enabled": str(row.get("enable", 1)) == "1",
    }
    team = None if resource is None else resource.team
    blocked = {} if created else dict.fromkeys(("name", "email", "until", "enabled"), reason("account-not-created"))
    facts: dict[str, JsonValue] = {"lastname": row.get("lastname")}
    return Observed(Address(ProxmoxUserKind.name, key), values, {"id": key}, team=team, blocked=blocked, facts=facts)
