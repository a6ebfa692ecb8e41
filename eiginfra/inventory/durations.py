"""Stretches of time as people write them: `30s`, `10m`, `2h`."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from eiginfra.core.numbers import up_to
from eiginfra.core.reason import reason
from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import brief
from eiginfra.inventory.patterns import SchemaPattern
from eiginfra.inventory.remedies import duration

_INTERVAL: Final = r"([1-9][0-9]{0,5}) ?([smh])"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
LONGEST_TIMEOUT: Final = 3600
"""Seconds."""


def interval(text: str) -> timedelta:
    """A stretch of time: `30s`, `10m`, `2h`. Raises ValueError for anything else."""
    match = re.fullmatch(_INTERVAL, text)
    if match is None:
        msg = f"{brief(text)} is not a stretch of time; write 30s, 10m or 2h"
        raise ValueError(msg)
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def _parse_interval(value: object) -> timedelta:
    try:
        return interval(value if isinstance(value, str) else repr(value))
    except ValueError:
        meant = duration(value)
        raise refusal("interval", value=brief(value), advice=reason("write", text=meant) if meant else None) from None


def _parse_timeout(value: object) -> int:
    seconds = int(_parse_interval(value).total_seconds())
    if seconds > LONGEST_TIMEOUT:
        raise refusal("timeout-too-long", value=brief(value), most="1h")
    return seconds


_WRITTEN = Annotated[str, SchemaPattern(_INTERVAL)]
_NO_LONGER = Annotated[str, SchemaPattern(rf"{up_to(LONGEST_TIMEOUT)} ?s|{up_to(LONGEST_TIMEOUT // 60)} ?m|1 ?h")]
Interval = Annotated[timedelta, BeforeValidator(_parse_interval, json_schema_input_type=_WRITTEN)]
Timeout = Annotated[int, Field(ge=1, le=LONGEST_TIMEOUT), BeforeValidator(_parse_timeout, json_schema_input_type=_NO_LONGER)]
"""In seconds."""
