"""The HTTP/1.1 protocol of the lab: uvicorn's, with reason phrases and with connections that can be cut.

Proxmox VE puts its messages into the reason phrase, for which ASGI has no place: the application sends it as the response
header `x-lab-reason`, which is taken off here. An ASGI application finds `scope["state"]["cut"]`, which closes the connection
at once, and `scope["state"]["hand_over"]`, which gives it to another protocol.
"""

from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REASON_HEADER = b"x-lab-reason"


class _ReasonConnection(h11.Connection):
    """An h11 connection that turns the reason header of a response into its reason phrase."""

    def send(self, event: Any) -> Any:
        if isinstance(event, h11.Response):
            event = _with_reason(event)
        return super().send(event)


def _with_reason(response: h11.Response) -> h11.Response:
    reason = next((value for name, value in response.headers if name == REASON_HEADER), None)
    if reason is None:
        return response
    headers = [(name, value) for name, value in response.headers.raw_items() if name.lower() != REASON_HEADER]
    one_line = b" ".join(reason.split())
    return h11.Response(status_code=response.status_code, headers=headers, reason=one_line)


class LabProtocol(H11Protocol):
    """uvicorn's h11 protocol with the lab's additions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _ReasonConnection(h11.SERVER, self.config.h11_max_incomplete_event_size or 64 * 1024)
        self.app_state = {**self.app_state, "cut": self._cut, "hand_over": self._hand_over}

    def _cut(self) -> None:
        self.transport.abort()

    def _hand_over(self, answer: bytes, protocol: Callable[[set[Any]], Any]) -> None:
        """Send an answer as it is, and leave the connection to another protocol; the application then returns."""
        successor = protocol(self.connections)
        if self.cycle:
            self.cycle.disconnected = True  # uvicorn must not miss an answer
        self.connections.discard(self)
        self.connections.add(successor)
        self.transport.write(answer)
        self.transport.set_protocol(successor)
        successor.connection_made(self.transport)

    def shutdown(self) -> None:
        """Close the connection for good where it is idle: a TLS goodbye may wait for the client for ever."""
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().shutdown()
