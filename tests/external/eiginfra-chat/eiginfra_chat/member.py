"""`chat.member`: somebody in a channel."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import NotFoundError
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observation, Observed, Scope
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra_chat.client import ChatClient


class MemberSpec(Spec):
    """A member of a channel."""

    channel: Annotated[str, IMMUTABLE] = Field(description="The channel's name")
    user: Annotated[str, IMMUTABLE] = Field(description="The account")
    role: Literal["owner", "member"] = Field(default="member", description="Owners may invite others")


class MemberKind(Kind[MemberSpec]):
    """Found by channel and account."""

    name = "chat.member"
    spec = MemberSpec
    title = "somebody in a channel of the chat"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    def key(self, spec: MemberSpec) -> str:
        return f"{spec.channel}/{spec.user}"

    def dependencies(self, spec: MemberSpec) -> Iterable[Address]:
        return (Address("chat.channel", spec.channel),)

    def observe(self, scope: Scope) -> Observation:
        channels = self._client.channels(scope.cohort)
        return Observation([self._observed(channel["name"], member) for channel in channels for member in channel["members"]])

    def read(self, spec: MemberSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        channel = self._client.channel(spec.channel) or {"members": []}
        return next((self._observed(spec.channel, member) for member in channel["members"] if member["user"] == spec.user), None)

    def create(self, spec: MemberSpec) -> Observed:
        return self._put(spec)

    def update(self, observed: Observed, spec: MemberSpec, diffs: Sequence[FieldDiff]) -> Observed:
        return self._put(spec)

    def delete(self, observed: Observed) -> None:
        channel, user = (str(observed.values[name]) for name in ("channel", "user"))
        self._client.ask("DELETE", f"/channels/{self._number(channel)}/members/{user}")

    def _put(self, spec: MemberSpec) -> Observed:
        path = f"/channels/{self._number(spec.channel)}/members/{spec.user}"
        return self._observed(spec.channel, self._client.ask("PUT", path, {"role": spec.role}))

    def _number(self, channel: str) -> int:
        found = self._client.channel(channel)
        if found is None:
            raise NotFoundError(f"chat: there is no channel {channel}")
        return int(found["id"])

    def _observed(self, channel: str, member: Mapping[str, Any]) -> Observed:
        return Observed(Address(self.name, f"{channel}/{member['user']}"), {"channel": channel, **member})
