"""The ASGI application on the gateway's web ports: the web front, and the lab's own control beside it."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from eiginfra.lab.gateway.control import CONTROL, control
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.web import WebFront


class GatewayApp:
    """Serves `/_lab/gateway` of one lab, and everything else as nginx would."""

    def __init__(self, lab: GatewayLab) -> None:
        self.lab = lab
        self.web = WebFront(lab)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http":
            return
        if scope["path"] != CONTROL:
            await self.web(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        status, answer = control(self.lab, scope["method"], json.loads(body or b"{}"))
        await JSONResponse(answer, status)(scope, receive, send)
