"""The ASGI application: from bytes to a handler and back."""

import importlib
import json
import logging
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from eiginfra.lab.gitlab import git_http
from eiginfra.lab.gitlab.auth import authenticate, impersonate, secret_of
from eiginfra.lab.gitlab.avatars import UPLOADED, uploaded
from eiginfra.lab.gitlab.body import of_body, of_query
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Handler, Route
from eiginfra.lab.gitlab.errors import GitLabHttpError
from eiginfra.lab.gitlab.events import note
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.router import Router
from eiginfra.lab.gitlab.state import GitLabState
from eiginfra.lab.gitlab.strict import accept, unknown_route
from eiginfra.lab.vain import AskedInVain

PREFIX = "/api/v4"
_logger = logging.getLogger(__name__)


def make_app(state: GitLabState, in_vain: AskedInVain) -> ASGIApp:
    """The application over a state; what it does not model it notes in `in_vain`."""
    router: Router[Handler] = Router(routes())
    numbers = count(1)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await _answer(state, router, request, in_vain)
        except GitLabHttpError as error:
            answer = Answer(error.status, error.body, error.headers)
        except ClientDisconnect:
            return
        except Exception:  # the lab's own fault: said in its log, answered as GitLab answers its own faults
            _logger.exception("%s %s", request.method, scope["path"])
            answer = Answer(500, {"message": "500 Internal Server Error"})
        answer.headers["x-request-id"] = f"LAB{next(numbers):023d}"
        await _response(answer)(scope, receive, send)

    return app


def routes() -> Iterator[Route]:
    """The `ROUTES` of every module beside this one: an endpoint is one file, which no list names."""
    for module in pkgutil.iter_modules(importlib.import_module(__package__).__path__, f"{__package__}."):
        yield from getattr(importlib.import_module(module.name), "ROUTES", ())


async def _answer(state: GitLabState, router: Router[Handler], request: Request, in_vain: AskedInVain) -> Answer:
    raw_path = request.scope.get("raw_path", b"").decode("ascii") or request.url.path
    method = "GET" if request.method == "HEAD" else request.method
    if method == "GET" and raw_path.startswith(UPLOADED):
        return uploaded(state, raw_path)
    if git_http.is_git(raw_path):
        return await git_http.answer(state, request, raw_path, in_vain)
    if not raw_path.startswith(PREFIX + "/"):
        raise GitLabHttpError(404, {"error": "404 Not Found"})
    raw_path = re.sub("/{2,}", "/", raw_path[len(PREFIX) :])
    found = router.find(method, raw_path)
    if found.handler is None:
        raise unknown_route(method, raw_path, found.methods, in_vain)
    query = of_query(request.scope["query_string"])
    raw = {**query, **await of_body(request)}
    call = GitLabCall(state, method, raw_path, found.variables, query, raw)
    headers = dict(request.headers)
    authenticate(call, secret_of(headers, raw))
    impersonate(call, headers.get("sudo") or raw.get("sudo"))
    if method != "GET":
        call.known_user()
    call.given = accept(found.handler, call, found.route, in_vain)
    if state.doomed:
        state.bury((state.clock.today() - timedelta(days=setting(state, "deletion_adjourned_period"))).isoformat())
    note(call)
    return found.handler(call)


def _response(answer: Answer) -> Response:
    if answer.status in {204, 304}:
        return Response(status_code=answer.status, headers=answer.headers)
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, answer.headers)
    headers = {"content-type": "application/json", "cache-control": "max-age=0, private, must-revalidate"}
    return Response(_json(answer.body), answer.status, {**headers, **answer.headers})


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
