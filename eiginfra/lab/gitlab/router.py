"""Finding the handler of a request, in a time that does not grow with the number of routes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

Handler = TypeVar("Handler")


@dataclass(slots=True)
class _Node(Generic[Handler]):
    literal: dict[str, "_Node[Handler]"] = field(default_factory=dict)
    variable: tuple[str, "_Node[Handler]"] | None = None
    handlers: dict[str, Handler] = field(default_factory=dict)
    path: str = ""


class Router(Generic[Handler]):
    """Routes such as `/groups/:id/members`; a literal segment wins over a variable one."""

    def __init__(self, routes: Iterable[tuple[str, str, Handler]]) -> None:
        self._root: _Node[Handler] = _Node()
        for method, path, handler in routes:
            node = self._root
            for segment in path.strip("/").split("/"):
                if segment.startswith(":"):
                    # Two routes may call the same segment by two names only if they agree; keep one name a place.
                    node.variable = node.variable or (segment[1:], _Node())
                    if node.variable[0] != segment[1:]:
                        raise ValueError(f"{path}: :{segment[1:]} is called :{node.variable[0]} elsewhere")
                    node = node.variable[1]
                else:
                    node = node.literal.setdefault(segment, _Node())
            node.handlers[method], node.path = handler, path

    def find(self, method: str, raw_path: str) -> "Found[Handler]":
        """What serves a path: the handler is None if the method or the path is unknown.

        `raw_path` is still percent-encoded, so that `eig%2Feig3` is one segment.
        """
        node, variables = self._root, {}
        segments = raw_path.strip("/").split("/")
        for position, segment in enumerate(segments):
            last = position == len(segments) - 1
            text = unquote(segment)
            literal = node.literal.get(text)
            if literal is not None and not (last and method not in literal.handlers and node.variable):
                node = literal
            elif node.variable is not None and segment:
                variables[node.variable[0]] = text
                node = node.variable[1]
            else:
                return Found()
        return Found(node.handlers.get(method), variables, set(node.handlers), node.path)


@dataclass(frozen=True, slots=True)
class Found(Generic[Handler]):
    """A handler, the path's variables, the methods that the path knows, and the route that it is an instance of."""

    handler: Handler | None = None
    variables: dict[str, str] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)
    route: str = ""
