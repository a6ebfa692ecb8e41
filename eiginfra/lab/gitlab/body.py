"""Parameters as they come over the wire: query, JSON, form."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from eiginfra.lab.gitlab.errors import bad_parameters


def nested(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs such as `topics[]=a`, `a[b]=c` as Rack nests them."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = name.replace("]", "").split("[")
        _put(result, [head, *rest], value)
    return result


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    key, *rest = keys
    if not rest:
        target[key] = value
    elif rest[0] == "":
        items = target.setdefault(key, [])
        if not isinstance(items, list):
            raise bad_parameters(f"{key} is invalid")
        if len(rest) == 1:
            items.append(value)
            return
        # `a[][x]=1&a[][y]=2` fills one object until a key comes again.
        if not items or not isinstance(items[-1], dict) or rest[1] in items[-1]:
            items.append({})
        _put(items[-1], rest[1:], value)
    else:
        inner = target.setdefault(key, {})
        if not isinstance(inner, dict):
            raise bad_parameters(f"{key} is invalid")
        _put(inner, rest, value)


def of_query(query: bytes) -> dict[str, Any]:
    """The parameters of a query."""
    return nested(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True)) if query else {}


async def of_body(request: Request) -> dict[str, Any]:
    """The parameters of a body.

    Raises ApiError 400 for what is not JSON although it says so.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form() as form:
            pairs = []
            for name, value in form.multi_items():
                pairs.append((name, await _uploaded(value) if isinstance(value, UploadFile) else value))
        return nested(pairs)
    body = await request.body()
    if not body:
        return {}
    if kind == "application/json":
        try:
            parsed = json.loads(body)
        except ValueError:
            raise bad_parameters("Problems parsing JSON") from None
        if not isinstance(parsed, dict):
            raise bad_parameters("The body is not a JSON object")
        return parsed
    return of_query(body)


async def _uploaded(file: UploadFile) -> dict[str, Any]:
    """A file: its name, and its content in Base64, so that the state stays JSON data."""
    return {"filename": file.filename, "content": base64.b64encode(await file.read()).decode("ascii")}
