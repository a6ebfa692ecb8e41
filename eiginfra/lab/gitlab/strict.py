"""What GitLab has and the lab does not model: refused with 501 before any work, so that no 2xx drops anything.

`contract.json` names every route and parameter of GitLab's API (`tools/gitlab_contract.py` writes it). What is not in it GitLab drops
without a word, and so does the lab, with a line in its log.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from eiginfra.lab.gitlab.call import GitLabCall, GitLabEndpoint, Handler
from eiginfra.lab.gitlab.errors import GitLabHttpError, not_modelled
from eiginfra.lab.gitlab.params import Declared, read, undeclared, unmodelled
from eiginfra.lab.gitlab.router import Router
from eiginfra.lab.vain import AskedInVain

EVERYWHERE = frozenset({"private_token", "access_token", "job_token", "sudo"})
"""What every route takes, and the application itself reads."""


@cache
def contract() -> Router[frozenset[str]]:
    """The parameters of every route of GitLab; those within objects have a dot: `filter.environment_scope`."""
    known: dict[str, list[str]] = json.loads(files(__package__).joinpath("contract.json").read_text(encoding="utf-8"))
    routes = ((*route.partition(" "), names) for route, names in known.items())
    return Router((method, path, frozenset(names)) for method, _, path, names in routes)


def of_handler(handler: Handler) -> tuple[Declared, tuple[Any, ...]]:
    """What a handler declares: parameters, and rules for several of them."""
    return (handler.declared, handler.rules) if isinstance(handler, GitLabEndpoint) else ({}, ())


def accept(handler: Handler, call: GitLabCall, route: str, in_vain: AskedInVain) -> dict[str, Any]:
    """The parameters that the handler takes, converted.

    Raises GitLabHttpError 501 for what GitLab takes here and the handler does not, 400 for what GitLab refuses.
    """
    declared, rules = of_handler(handler)
    known = contract().find(call.method, call.raw_path).handler or frozenset()
    refused = []
    for name in undeclared(call.raw, declared):
        if name in EVERYWHERE:
            continue
        if name in known:
            refused.append(name)
            in_vain.refused(call.method, route, name)
        else:
            in_vain.dropped(call.method, route, name)
    for name in unmodelled(call.raw, declared):
        refused.append(name)
        in_vain.refused(call.method, route, name)
    if refused:
        raise not_modelled(f"{', '.join(refused)} of {call.method} {route}")
    return read(call.raw, declared, rules)


def unknown_route(method: str, raw_path: str, methods: set[str], in_vain: AskedInVain) -> GitLabHttpError:
    """The refusal of a route that the lab does not serve: 501 where GitLab has it, else GitLab's own 405 or 404."""
    known = contract().find(method, raw_path)
    if known.handler is not None:
        in_vain.refused(method, known.route)
        return not_modelled(f"{method} {known.route}")
    if methods := methods | known.methods:
        return GitLabHttpError(405, {"error": "405 Not Allowed"}, {"allow": ", ".join(sorted(methods))})
    return GitLabHttpError(404, {"error": "404 Not Found"})
