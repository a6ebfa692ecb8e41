"""Answers that no good server gives: a real answer of the lab's with one thing changed, the same for the same number."""

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

Headers = list[tuple[str, str]]
Garbled = tuple[int, Headers, bytes]

_FAR = "9" * 5000
_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**70,
    1.5,
    "",
    "x",
    "2019-99-99",
    "\ud800",
    "\u202e\u001b[31mred\u0007",
    "../../etc/passwd",
    "a" * 100_000,
    [],
    {},
    [None],
    [[[]]],
    {"id": None},
    "UPID:x",
    "١٢",
    _FAR,
)
_BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"x"',
    b"<html>502</html>",
    b"[NaN]",
    b'{"data": NaN}',
    b'{"data": null}',
    b'{"data": {}}',
    b'{"data": []}',
    b'{"data": "x"}',
    b"[null]",
    b"[1, [2], {}]",
    b"[" * 200_000,
    b'{"data":' * 50_000,
    b'"\xff\xfe"',
    '{"data": []}'.encode("utf-16"),
    b'{"data": [' + b"{}," * 300_000 + b"{}]}",
    b"[" + b" " * (9 << 20) + b"]",
    b"[1e999]",
    b"[" + b"9" * 5000 + b"]",
)
_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-total-pages", "99999999999"),
    ("x-total-pages", "-1"),
    ("x-total-pages", _FAR),
    ("x-total", _FAR),
    ("x-total", "x"),
    ("x-next-page", "0"),
    ("date", "yesterday"),
    ("date", "Mon, 99 Zzz 99999 99:99:99 GMT"),
    ("ratelimit-remaining", "0"),
    ("ratelimit-reset", _FAR),
    ("content-type", "text/html"),
    ("content-type", "application/json; charset=utf-7"),
    ("content-encoding", "gzip"),
    ("content-encoding", "br"),
    ("x-odd", "\u00a0" * 20_000),
)
_STATUSES = (204, 226, 300, 302, 400, 404, 409, 418, 422, 429, 451, 500, 501, 595, 599)


def garbled(seed: int, path: str, answer: Garbled) -> Garbled:
    """One change, drawn by the number. path: what was asked, for a list that leads back to itself."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    changes: tuple[tuple[int, Callable[[random.Random, str, Garbled], Garbled]], ...] = (
        (8, _a_value),
        (3, _a_body),
        (3, _a_header),
        (2, _a_status),
        (1, _a_bomb),
        (1, _a_circle),
    )
    change = draw.choices([change for _, change in changes], [weight for weight, _ in changes])[0]
    return change(draw, path, answer)


def _a_value(draw: random.Random, _path: str, answer: Garbled) -> Garbled:
    """One value within the JSON is another, or is missing."""
    status, headers, body = answer
    try:
        value = json.loads(body)
    except ValueError:
        return status, headers, draw.choice(_BODIES)
    places: list[tuple[Any, Any]] = []
    _collect(value, places)
    if not places:
        return status, headers, draw.choice(_BODIES)
    holder, key = draw.choice(places)
    if isinstance(holder, dict) and draw.random() < 0.3:
        del holder[key]
    else:
        holder[key] = draw.choice(_ODD)
    return status, headers, json.dumps(value).encode()


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        places.append((value, key))
        _collect(value[key], places)


def _a_body(draw: random.Random, _path: str, answer: Garbled) -> Garbled:
    status, headers, body = answer
    return status, headers, draw.choice([*_BODIES, body[: len(body) // 2], body + body])


def _a_header(draw: random.Random, _path: str, answer: Garbled) -> Garbled:
    status, headers, body = answer
    odd = dict(draw.sample(_HEADERS, draw.choice([1, 1, 2, 6])))
    return status, [(known, said) for known, said in headers if known not in odd] + [*odd.items()], body


def _a_status(draw: random.Random, _path: str, answer: Garbled) -> Garbled:
    _, headers, body = answer
    return draw.choice(_STATUSES), [*headers, ("location", draw.choice(["/", "http://192.0.2.1/", "//", "http://[::1"]))], body


def _a_bomb(draw: random.Random, _path: str, answer: Garbled) -> Garbled:
    status, headers, _ = answer
    return status, [*headers, ("content-encoding", "gzip")], gzip.compress(draw.choice([b"[", b" ", b"0"]) * (64 << 20), 1)


def _a_circle(_draw: random.Random, path: str, answer: Garbled) -> Garbled:
    status, headers, body = answer
    kept = [(name, value) for name, value in headers if name not in ("x-total-pages", "x-total", "link")]
    return status, [*kept, ("link", f'<http://127.0.0.1{path}?page=2>; rel="next"')], body
