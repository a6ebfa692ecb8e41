"""Log lines: one JSON object for each event."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from eiginfra.core.text import in_json
from eiginfra.core.values import canonical, instant

LOGGER = logging.getLogger("eiginfra.reconcile")


class JsonFormatter(logging.Formatter):
    """`time`, `level`, `event`, then what the event brings. Only the fields that our calls give: no argument of any library's ends here."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        time = instant(datetime.fromtimestamp(record.created, UTC), "milliseconds")
        facts = {key: canonical(value) for key, value in getattr(record, "facts", {}).items() if value is not None}
        event = {"time": time, "level": record.levelname.lower(), "event": record.getMessage(), **facts}
        return in_json(json.dumps(event, ensure_ascii=False))


def say(event: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Log one event. Facts are values that `core.values.canonical` knows; None is left out."""
    LOGGER.log(level, "%s", event, extra={"facts": facts})


def log_to(stream: TextIO | None = None, *, level: int = logging.INFO) -> logging.Handler:
    """Send the loop's events of a level and above, and only those, to a stream (standard error); returns the handler, for its removal."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    LOGGER.addHandler(handler)
    LOGGER.setLevel(level)
    LOGGER.propagate = False
    return handler
