"""What is asked of the chat's API."""

from collections.abc import Mapping
from typing import Any

from eiginfra.core.secret import Secret
from eiginfra.providers.http import HttpPolicy, open_session
from eiginfra.providers.http_errors import retry_after, status_error


class ChatClient:
    """A connection to one chat; safe to use from several threads. Raises the typed errors of eiginfra.core.errors."""

    def __init__(self, url: str, token: Secret | None) -> None:
        self._url = url
        self.policy = HttpPolicy("chat")  # deadlines, retries of what may be sent twice, TLS, a count of the requests
        self._session = open_session(self.policy)
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token.reveal()}"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to one request."""
        answer = self._session.request(method, f"{self._url}{path}", json=body)
        if not answer.ok:
            said = f"chat: {method} {path}: {answer.status_code} {answer.text}"
            raise status_error(answer.status_code, method, said, retry_after=retry_after(answer.headers))
        return answer.json() if answer.content else None

    def channels(self, cohort: str) -> list[dict[str, Any]]:
        """The cohort's channels with their members, in one request."""
        return list(self.ask("GET", f"/channels?prefix={cohort}-"))

    def channel(self, name: str, number: object = None) -> dict[str, Any] | None:
        """One channel by its number, which outlives a new name, or by its name if none is known."""
        if number is not None:
            return next((channel for channel in self.ask("GET", "/channels") if channel["id"] == number), None)
        return next((channel for channel in self.ask("GET", f"/channels?prefix={name}") if channel["name"] == name), None)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
