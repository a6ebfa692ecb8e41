"""The provider: what the site file says of the chat, its kinds, its doctor."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from eiginfra.core.errors import EiginfraError
from eiginfra.core.filters import people
from eiginfra.core.finding import Finding, error, notice
from eiginfra.core.provider import Context, Provider
from eiginfra.inventory.fields import Title, Url
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.site_fields import SecretField
from eiginfra_chat.channel import ChannelKind
from eiginfra_chat.client import ChatClient
from eiginfra_chat.member import MemberKind


class ChatSite(FileModel):
    """A chat."""

    url: Url = Field(description="Where its API is")
    token: SecretField = Field(description="Where its API token is kept")
    workspace: Title = Field(default="main", description="What people call it")


def role(value: Any) -> str:
    """What somebody is in a channel."""
    (person,) = people("chat_role", value)
    return "owner" if person.read("role") == "maintainer" else "member"


class ChatProvider(Provider[ChatSite]):
    """A chat and its channels."""

    name = "chat"
    section = ChatSite
    filters = {"chat_role": role}
    workers = 2

    def __init__(self, section: ChatSite | None, context: Context) -> None:
        self._url = section and section.url
        self._client = ChatClient(self._url or "", context.secret(section.token, "token") if section else None)
        self.kinds = (ChannelKind(self._client), MemberKind(self._client))

    @property
    def url(self) -> str | None:
        return self._url

    def doctor(self) -> Iterable[Finding]:
        try:
            version = self._client.ask("GET", "/version")["version"]
        except EiginfraError as problem:
            yield error("chat-unreachable", text=str(problem))
        else:
            yield notice("chat-version", url=self._url, version=version)

    def requests(self) -> Mapping[str, int]:
        return self._client.policy.meter.counts

    def close(self) -> None:
        self._client.close()
