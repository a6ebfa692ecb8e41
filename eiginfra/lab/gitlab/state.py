"""The lab GitLab's memory: its records, with the indexes that keep every look-up cheap."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gitlab.records import GroupRecord, Json, MembershipRecord, ProjectRecord, Source, TokenRecord, UserRecord, key_of, stamp


class GitLabState:
    """Everything the lab's GitLab knows."""

    def __init__(self, clock: LabClock, url: str) -> None:
        self.clock = clock
        self.url = url
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._ids: Counter[str] = Counter()
        self.users: dict[int, UserRecord] = {}
        self.tokens: dict[str, TokenRecord] = {}
        self.groups: dict[int, GroupRecord] = {}
        self.projects: dict[int, ProjectRecord] = {}
        self.paths: dict[str, tuple[str, int]] = {}
        """Lower-case full path -> (`user`, `group` or `project`, id)."""
        self.user_names: dict[str, int] = {}
        self.emails: dict[str, int] = {}
        self.user_namespaces: dict[int, int] = {}
        self.subgroups: dict[int | None, dict[int, GroupRecord]] = defaultdict(dict)
        self.projects_of: dict[int, dict[int, ProjectRecord]] = defaultdict(dict)
        self.members: dict[Source, dict[int, MembershipRecord]] = defaultdict(dict)
        self.memberships: dict[int, set[Source]] = defaultdict(set)
        self.doomed: set[Source] = set()
        self.extra: dict[str, dict[str, Any]] = defaultdict(dict)
        """What belongs to a source: labels, variables, invitations, protected branches, repositories, by `kind` and source."""

    def new_id(self, kind: str) -> int:
        """The next number of a kind; users and groups share those of namespaces."""
        self._ids[kind] += 1
        return self._ids[kind]

    def now(self) -> str:
        """The present instant as GitLab writes it."""
        return stamp(self.clock.now())

    def today(self) -> str:
        """The present day in ISO form."""
        return self.clock.today().isoformat()

    # -- users ------------------------------------------------------------------------------------------------------

    def add_user(self, user: UserRecord) -> UserRecord:
        """Put a user into the indexes."""
        self.users[user.id] = user
        self.user_names[user.username.lower()] = user.id
        self.emails[user.email.lower()] = user.id
        self.user_namespaces[user.namespace_id] = user.id
        self.paths[user.username.lower()] = ("user", user.id)
        return user

    def rename_user(self, user: UserRecord, *, username: str, email: str) -> None:
        """Change a user's name or e-mail, with the indexes and the paths of the user's projects."""
        del self.user_names[user.username.lower()], self.emails[user.email.lower()], self.paths[user.username.lower()]
        user.username, user.email = username, email
        self.add_user(user)
        for project in self.projects_of[user.namespace_id].values():
            self._index_project(project)

    def remove_user(self, user: UserRecord) -> None:
        """Remove a user with the memberships and the personal projects."""
        for source in list(self.memberships[user.id]):
            self.remove_member(source, user.id)
        for project in list(self.projects_of[user.namespace_id].values()):
            self.remove_project(project)
        for values in self.extra.values():
            values.pop(f"user:{user.id}", None)
        for secret in [secret for secret, token in self.tokens.items() if token.user_id == user.id]:
            del self.tokens[secret]
        del self.user_names[user.username.lower()], self.emails[user.email.lower()], self.paths[user.username.lower()]
        del self.user_namespaces[user.namespace_id], self.users[user.id]

    def add_token(self, user: UserRecord, name: str, scopes: list[str], **fields: Any) -> TokenRecord:
        """Give a user a new token of 20 random characters."""
        secret = "glpat-" + secrets.token_hex(10)
        token = TokenRecord(self.new_id("token"), user.id, name, secret, scopes, self.now(), **fields)
        self.tokens[secret] = token
        return token

    # -- groups and projects ----------------------------------------------------------------------------------------

    def add_group(self, group: GroupRecord) -> GroupRecord:
        """Put a group into the indexes."""
        self.groups[group.id] = group
        self.subgroups[group.parent_id][group.id] = group
        self._index_group(group)
        return group

    def rename_group(self, group: GroupRecord, path: str) -> None:
        """Change a group's path and those of all below."""
        self._redirect_below(group)
        group.path = path
        self._index_group(group)

    def move_group(self, group: GroupRecord, parent_id: int | None) -> None:
        """Put a group below another, or at the top, with all that is below it."""
        self._redirect_below(group)
        del self.subgroups[group.parent_id][group.id]
        group.parent_id = parent_id
        self.subgroups[parent_id][group.id] = group
        self._index_group(group)

    def remove_group(self, group: GroupRecord) -> None:
        """Remove a group with all below."""
        for child in list(self.subgroups.pop(group.id, {}).values()):
            self.remove_group(child)
        for project in list(self.projects_of.pop(group.id, {}).values()):
            self.remove_project(project)
        for source, _ in list(self.shared_with(group.id)):
            del self.shares(source)[str(group.id)]
        self._forget(("group", group.id))
        self.paths.pop(group.full_path.lower(), None)
        self.subgroups[group.parent_id].pop(group.id, None)
        del self.groups[group.id]

    def add_project(self, project: ProjectRecord) -> ProjectRecord:
        """Put a project into the indexes."""
        self.projects[project.id] = project
        self.projects_of[project.namespace_id][project.id] = project
        self._index_project(project)
        return project

    def rename_project(self, project: ProjectRecord, path: str) -> None:
        """Change a project's path; the former one leads on to it, as long as nothing else takes it."""
        self.extra["redirect"][project.full_path.lower()] = project.id
        project.path = path
        self._index_project(project)

    def move_project(self, project: ProjectRecord, namespace_id: int) -> None:
        """Put a project into another namespace; the former path leads on to it."""
        self.extra["redirect"][project.full_path.lower()] = project.id
        del self.projects_of[project.namespace_id][project.id]
        project.namespace_id = namespace_id
        self.projects_of[namespace_id][project.id] = project
        self._index_project(project)

    def remove_project(self, project: ProjectRecord) -> None:
        """Remove a project with all that belongs to it."""
        self._forget(("project", project.id))
        self.paths.pop(project.full_path.lower(), None)
        self.projects_of[project.namespace_id].pop(project.id, None)
        del self.projects[project.id]

    def namespace_path(self, namespace_id: int) -> str:
        """The full path of a group or of a user's namespace."""
        if group := self.groups.get(namespace_id):
            return group.full_path
        return self.users[self.user_namespaces[namespace_id]].username

    def ancestors(self, group: GroupRecord | None) -> Iterator[GroupRecord]:
        """The group itself and its ancestors, nearest first."""
        while group is not None:
            yield group
            group = self.groups.get(group.parent_id) if group.parent_id is not None else None

    def descendants(self, group_id: int) -> Iterator[GroupRecord]:
        """All groups below, nearest first within each branch."""
        for child in self.subgroups.get(group_id, {}).values():
            yield child
            yield from self.descendants(child.id)

    def sources_above(self, source: Source) -> Iterator[Source]:
        """The source itself and the groups from which it inherits members."""
        kind, number = source
        if kind == "project":
            yield source
            group = self.groups.get(self.projects[number].namespace_id)
        else:
            group = self.groups[number]
        for ancestor in self.ancestors(group):
            yield ("group", ancestor.id)

    def sources_below(self, group_id: int) -> Iterator[Source]:
        """The groups and projects that inherit from a group, without itself."""
        for group in (self.groups[group_id], *self.descendants(group_id)):
            if group.id != group_id:
                yield ("group", group.id)
            for project_id in self.projects_of.get(group.id, {}):
                yield ("project", project_id)

    # -- members ----------------------------------------------------------------------------------------------------

    def direct_members(self, source: Source) -> Iterable[MembershipRecord]:
        """The direct members of a source whose membership has not expired."""
        members = self.members.get(source)
        if not members:
            return ()
        today = self.today()
        return [member for member in members.values() if member.expires_at is None or member.expires_at > today]

    def direct_member(self, source: Source, user_id: int) -> MembershipRecord | None:
        """A direct membership that has not expired."""
        member = self.members.get(source, {}).get(user_id)
        if member is None or (member.expires_at is not None and member.expires_at <= self.today()):
            return None
        return member

    def add_member(self, source: Source, user_id: int, level: int, by: int | None, expires_at: str | None) -> MembershipRecord:
        """Make a direct membership."""
        member = MembershipRecord(self.new_id("member"), *source, user_id, level, self.now(), by, expires_at)
        self._index_member(member)
        if source[0] == "project":
            self.extra["acted"][f"user:{user_id}"] = True
        return member

    def remove_member(self, source: Source, user_id: int) -> None:
        """End a direct membership."""
        self.members[source].pop(user_id, None)
        self.memberships[user_id].discard(source)

    def shares(self, source: Source) -> dict[str, Json]:
        """The groups that are invited to a source: id -> `id`, `group_id`, `group_access`, `expires_at`; without those that ran out."""
        known: dict[str, Json] = self.extra["share"].get(key_of(source)) or {}
        for number in [number for number, link in known.items() if link["expires_at"] and link["expires_at"] <= self.today()]:
            del known[number]
        return known

    def shared_with(self, group_id: int) -> Iterator[tuple[Source, Json]]:
        """The sources to which a group is invited."""
        for key in list(self.extra["share"]):
            kind, _, number = key.partition(":")
            source: Source = ("group" if kind == "group" else "project", int(number))
            if (link := self.shares(source).get(str(group_id))) is not None:
                yield source, link

    # -- time -------------------------------------------------------------------------------------------------------

    def bury(self, before: str) -> None:
        """Remove what was marked for deletion on `before` (an ISO day) or earlier."""
        for kind, number in list(self.doomed):
            holder: Any = self.groups if kind == "group" else self.projects
            thing = holder.get(number)
            if thing is None or thing.marked_for_deletion_on is None:
                self.doomed.discard((kind, number))
            elif thing.marked_for_deletion_on <= before:
                self.doomed.discard((kind, number))
                (self.remove_group if kind == "group" else self.remove_project)(thing)

    # -- saving -----------------------------------------------------------------------------------------------------

    def dump(self) -> Json:
        """Everything as JSON data."""
        return {
            "ids": dict(self._ids),
            "users": [asdict(user) for user in self.users.values()],
            "tokens": [asdict(token) for token in self.tokens.values()],
            "groups": [asdict(group) for group in self.groups.values()],
            "projects": [asdict(project) for project in self.projects.values()],
            "members": [asdict(member) for members in self.members.values() for member in members.values()],
            "extra": {kind: dict(values) for kind, values in self.extra.items()},
        }

    def load(self, saved: Json) -> None:
        """Replace everything by what `dump` gave."""
        self.clear()
        self._ids.update(saved["ids"])
        for user in saved["users"]:
            self.add_user(UserRecord(**user))
        for token in saved["tokens"]:
            self.tokens[token["secret"]] = TokenRecord(**token)
        for group in saved["groups"]:
            self.add_group(GroupRecord(**group))
        for project in saved["projects"]:
            self.add_project(ProjectRecord(**project))
        for member in saved["members"]:
            self._index_member(MembershipRecord(**member))
        for kind, values in saved["extra"].items():
            self.extra[kind].update(values)
        self.doomed = {("group", group.id) for group in self.groups.values() if group.marked_for_deletion_on}
        self.doomed |= {("project", project.id) for project in self.projects.values() if project.marked_for_deletion_on}

    def _redirect_below(self, group: GroupRecord) -> None:
        for kind, number in self.sources_below(group.id):
            if kind == "project":
                self.extra["redirect"][self.projects[number].full_path.lower()] = number

    def _index_member(self, member: MembershipRecord) -> None:
        source: Source = (member.source_type, member.source_id)
        self.members[source][member.user_id] = member
        self.memberships[member.user_id].add(source)

    def _index_group(self, group: GroupRecord) -> None:
        self.paths.pop(group.full_path.lower(), None)
        parent = self.groups[group.parent_id].full_path + "/" if group.parent_id is not None else ""
        group.full_path = parent + group.path
        self.paths[group.full_path.lower()] = ("group", group.id)
        for child in self.subgroups.get(group.id, {}).values():
            self._index_group(child)
        for project in self.projects_of.get(group.id, {}).values():
            self._index_project(project)

    def _index_project(self, project: ProjectRecord) -> None:
        self.paths.pop(project.full_path.lower(), None)
        project.full_path = f"{self.namespace_path(project.namespace_id)}/{project.path}"
        self.paths[project.full_path.lower()] = ("project", project.id)

    def _forget(self, source: Source) -> None:
        for user_id in list(self.members.pop(source, {})):
            self.memberships[user_id].discard(source)
        for values in self.extra.values():
            values.pop(key_of(source), None)
        self.doomed.discard(source)
