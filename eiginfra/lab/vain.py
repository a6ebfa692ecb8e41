"""What a service of the lab was asked for in vain: what it does not model and refused, and what the real server drops."""

import logging
from collections import Counter
from typing import Any, Literal

_logger = logging.getLogger(__name__)

Ending = Literal["refused", "dropped"]


class AskedInVain:
    """Routes and parameters without an effect, and how often each was asked for; a line in the log for each time."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, Ending]] = Counter()

    def refused(self, method: str, route: str, parameter: str = "") -> None:
        """Note a route (or one parameter of it) that the real server has and the lab does not model: the answer is 501."""
        self._note(method, route, parameter, "refused")

    def dropped(self, method: str, route: str, parameter: str) -> None:
        """Note a parameter that the real server does not know either, and drops without a word."""
        self._note(method, route, parameter, "dropped")

    def clear(self) -> None:
        """Forget all."""
        self._counts.clear()

    def listed(self) -> list[dict[str, Any]]:
        """All of it as JSON data, in the order of routes."""
        return [
            {"method": method, "route": route, "parameter": parameter, "ending": ending, "times": times}
            for (method, route, parameter, ending), times in sorted(self._counts.items(), key=lambda item: (item[0][1], item[0]))
        ]

    def _note(self, method: str, route: str, parameter: str, ending: Ending) -> None:
        self._counts[method, route, parameter, ending] += 1
        _logger.warning("%s %s%s: %s", method, route, f" {parameter}" if parameter else "", _WORDS[ending])


_WORDS = {"refused": "the lab does not model it, refused", "dropped": "the server does not know it, dropped"}
