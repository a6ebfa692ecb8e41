"""Bringing one entry of a list of members about: adding, inviting, changing, removing."""

from typing import Any

from eiginfra.core.errors import AlreadyExistsError, LostAnswerError, NotFoundError, PermanentError, ProviderError
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.members.state import LEVELS, OWNER, Entry, MembersState, entry_of, invitation_of, invited_entry
from eiginfra.providers.gitlab.nested_api import Holder


class MembersWriter:
    """Changes of one list; `state` is its current state, and is updated.

    stay: who is removed here, but wanted further below. elsewhere: further memberships of those who leave, by username.
    """

    def __init__(
        self, api: GitLabApi, holder: Holder, state: MembersState, stay: frozenset[str], elsewhere: dict[str, list[Holder]]
    ) -> None:
        self._api = api
        self._holder = holder
        self._state = state
        self._stay = stay
        self._elsewhere = elsewhere
        self._sent: set[str] = set()

    def change(self, username: str, before: Any, after: Any) -> None:
        """Bring one entry about. Raises the typed errors of core.errors."""
        state = self._state
        was_owner = isinstance(before, dict) and before.get("access") == "owner"
        if was_owner and not (isinstance(after, dict) and after.get("access") == "owner"):
            self._another_owner(username)
        if isinstance(after, dict):
            invites = self._by_invitation(username, after)
            entry = self._invitation(username, after) if invites else self._membership(username, before, after)
            if entry is not None:
                state.entries[username] = entry
            return
        if (email := state.invited.pop(username, None)) is not None:
            self._api.nested.withdraw(self._holder, email)
        elif (user := state.users.pop(username, None)) is not None:
            below = username not in self._stay
            _gone_is_fine(lambda: self._api.nested.remove_member(self._holder, user, username, below=below))
            for holder in self._elsewhere.get(username, ()):
                _gone_is_fine(lambda holder=holder: self._api.nested.remove_member(holder, user, username, below=True))
        state.entries.pop(username, None)
        state.waiting.pop(username, None)

    def look_for_invitations(self) -> None:
        """Read back those that were sent: GitLab's answer to one shows nothing of it."""
        state, missing = self._state, list[str]()
        listed = {invitation["invite_email"].lower(): invitation for invitation in self._listed()}
        for name in self._sent:
            there = listed.get(state.invited[name].lower())
            if there is None:
                missing.append(name)
                state.entries.pop(name, None)
                state.waiting.pop(name, None)
            else:
                state.entries[name] = invited_entry(there, name)
                state.sent |= {name: str(there["created_at"])} if there.get("created_at") else {}
        if len(missing) == 1:
            self._joined_at_once(missing[0])

    def _joined_at_once(self, name: str) -> None:
        """Whose account already has the address is a member without having been asked: the one whom only this invitation can have added."""
        me, known = self._api.me()["id"], {*self._state.users.values()}
        added = [one for one in self._api.nested.members(self._holder) or [] if (one.get("created_by") or {}).get("id") == me]
        kept = {name.lower() for name in self._api.settings.keep}
        new = [one for one in added if one["id"] not in {*known, me} and one["username"].lower() not in kept]
        if len(new) == 1 and not self._api.is_bot(int(new[0]["id"])):
            del self._state.invited[name]
            self._state.entries[name] = entry_of(new[0], name)
            self._state.users[name] = self._state.accounts[name] = int(new[0]["id"])

    def _listed(self) -> list[Json]:
        return (self._api.nested.invitations(self._holder) or []) if self._sent else []

    def _by_invitation(self, username: str, after: Entry) -> bool:
        """Invited is who has no account of that name, where the list says at which address to invite."""
        if username in self._state.invited:
            return True
        return bool(after.get("email")) and self._number(username) is None

    def _number(self, username: str) -> int | None:
        """The ID of the person's account: a name could be somebody else's by now."""
        state = self._state
        return state.users.get(username) or state.accounts.get(username) or self._api.made(username)

    def _invitation(self, username: str, after: Entry) -> Entry | None:
        email, fields = str(after["email"]), {"access_level": LEVELS[str(after["access"])]}
        former = self._state.invited.get(username)
        if former is not None and former.lower() != email.lower():
            del self._state.invited[username], self._state.entries[username]
            entry = self._invitation(username, after)
            _gone_is_fine(lambda: self._api.nested.withdraw(self._holder, former))
            return entry
        expires = after.get("expires")
        nested, complaint = self._api.nested, ""
        if username not in self._state.invited:
            try:
                complaint = nested.invite(self._holder, email, fields | ({"expires_at": expires} if expires else {})) or ""
            except LostAnswerError as problem:
                complaint = str(problem)
        self._state.invited[username] = email
        self._state.waiting[username] = invitation_of(username)
        if not complaint and not self._differs(username, after):
            self._sent.add(username)
            return None
        try:
            # Invited already: by the request whose answer was lost, or by somebody just now, or for another role or end.
            changed = nested.change_invitation(self._holder, email, {**fields, "expires_at": expires or ""})
            return invited_entry({"invite_email": email, **changed}, username)
        except NotFoundError as problem:
            raise PermanentError(f"invite {email} to {self._holder}: GitLab answers: {complaint or problem}") from problem

    def _differs(self, username: str, after: Entry) -> bool:
        there = self._state.entries.get(username)
        return there is not None and (there["access"], there["expires"]) != (after["access"], after.get("expires"))

    def _membership(self, username: str, before: Any, after: Entry) -> Entry | None:
        level, expires = LEVELS[str(after["access"])], after.get("expires")
        user = self._number(username)
        if user is None:
            raise NotFoundError(f"there is no account {username} on {self._api.settings.url} that is known to be theirs")
        first: ProviderError | None = None
        # Whose promotion only waits is shown in the list, and is no member yet.
        joins = before is None or username not in self._state.users
        self._state.users[username] = user
        if joins:
            try:
                fields = {"access_level": level} | ({"expires_at": expires} if expires else {})
                return self._entry(self._api.nested.add_member(self._holder, user, username, fields), username, after, joins=True)
            except (AlreadyExistsError, LostAnswerError) as problem:
                # A member already: by the request whose answer was lost, or by somebody just now.
                first = problem
        try:
            # An empty date takes the end away.
            fields = {"access_level": level, "expires_at": expires or ""}
            return self._entry(self._api.nested.change_member(self._holder, user, username, fields), username, after)
        except NotFoundError:
            if first is None:
                raise
            raise first from None

    def _entry(self, granted: dict[str, Any], username: str, after: Entry, *, joins: bool = False) -> Entry | None:
        """The membership as it now is; None where an administrator must agree first, so that nothing has changed."""
        if granted.get("queued"):
            self._state.wait_for_approval(username, after)
            if joins:
                del self._state.users[username]
            return None
        return entry_of(granted, username)

    def _another_owner(self, username: str) -> None:
        """The last owner of a group stays; inherited ones do not count."""
        if self._holder.sort == "project":
            return
        user = self._state.users.get(username)
        owners = [one["id"] for one in self._api.nested.members(self._holder) or [] if one["access_level"] == OWNER and one["id"] != user]
        if all(self._api.is_bot(owner) for owner in owners):
            raise PermanentError(f"{username} is the last owner of {self._holder.path} and stays one; name another owner first")


def _gone_is_fine(remove: Any) -> None:
    """Who is gone already need not be removed."""
    try:
        remove()
    except NotFoundError:
        return
