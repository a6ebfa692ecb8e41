"""`chat.channel`: a channel, found by its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observation, Observed, Scope
from eiginfra.core.spec import Spec
from eiginfra_chat.client import ChatClient


class ChannelSpec(Spec):
    """A channel."""

    name: str = Field(description="Its name, which begins with the cohort's id")
    topic: str = Field(default="", description="What it is for")


class ChannelKind(Kind[ChannelSpec]):
    """Of the cohort are the channels whose names begin with its id."""

    name = "chat.channel"
    spec = ChannelSpec
    title = "a channel of the chat"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def __init__(self, client: ChatClient) -> None:
        self._client = client

    def key(self, spec: ChannelSpec) -> str:
        return spec.name

    def observe(self, scope: Scope) -> Observation:
        return Observation([self._observed(channel) for channel in self._client.channels(scope.cohort)])

    def read(self, spec: ChannelSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        channel = self._client.channel(spec.name, handle.get("id"))
        return None if channel is None else self._observed(channel)

    def create(self, spec: ChannelSpec) -> Observed:
        return self._observed(self._client.ask("POST", "/channels", spec.values()))

    def update(self, observed: Observed, spec: ChannelSpec, diffs: Sequence[FieldDiff]) -> Observed:
        wanted = spec.values()
        changed = {diff.field: wanted[diff.field] for diff in diffs}
        return self._observed(self._client.ask("PUT", f"/channels/{observed.handle['id']}", changed))

    def delete(self, observed: Observed) -> None:
        self._client.ask("DELETE", f"/channels/{observed.handle['id']}")

    def _observed(self, channel: Mapping[str, Any]) -> Observed:
        values = {"name": channel["name"], "topic": channel["topic"]}
        return Observed(Address(self.name, channel["name"]), values, {"id": channel["id"]})
