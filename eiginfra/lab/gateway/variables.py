"""nginx's variables: those of a request, and those that a `map` makes of them."""

import re
from collections.abc import Mapping

from eiginfra.lab.gateway.nginx import Configuration, Directive

_NAME = re.compile(r"\$\{?(\w+)\}?")


class NginxVariables:
    """The values for one request; what nginx has and the lab does not know is empty."""

    def __init__(self, configuration: Configuration, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        maps = (each for http in configuration.statements if http.name == "http" for each in http.all("map"))
        self._maps = {each.arguments[1].removeprefix("$"): each for each in maps if len(each.arguments) == 2}

    def expand(self, text: str) -> str:
        """A text with its variables filled in."""
        return _NAME.sub(lambda found: self._value(found[1]), text)

    def _value(self, name: str) -> str:
        if name in self._known or name not in self._maps:
            return self._known.get(name, "")
        self._known[name] = ""  # a map that leads to itself ends here
        self._known[name] = self._mapped(self._maps[name])
        return self._known[name]

    def _mapped(self, each: Directive) -> str:
        source, default = self.expand(each.arguments[0]), ""
        patterns = []
        for entry in each.block or ():
            value = entry.arguments[0] if entry.arguments else ""
            if entry.name == "default":
                default = value
            elif entry.name.startswith("~"):
                patterns.append((entry.name[1:], value))
            elif entry.name.lower() == source.lower():
                return self.expand(value)
        fitting = (value for pattern, value in patterns if _fits(pattern, source))
        return self.expand(next(fitting, default))


def _fits(pattern: str, text: str) -> bool:
    flags = re.IGNORECASE if pattern.startswith("*") else 0
    return re.search(pattern.removeprefix("*"), text, flags) is not None
