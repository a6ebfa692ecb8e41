"""The kinds of a provider, found by their files."""

import importlib
import inspect
import pkgutil
from typing import Any

from eiginfra.core.kind import Kind


def kinds_in(package: str, *given: object) -> list[Kind[Any]]:
    """One kind of each module of a package, in the order of the modules' names, all made with the same arguments.

    Raises ImportError when a module defines no kind, or several.
    """
    found = []
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        defined = [item for item in vars(importlib.import_module(module.name)).values() if getattr(item, "__module__", "") == module.name]
        kinds = [item for item in defined if inspect.isclass(item) and issubclass(item, Kind)]
        if len(kinds) != 1:
            msg = f"{module.name} defines {len(kinds)} kinds; each file in {package} defines one"
            raise ImportError(msg)
        found += [kind(*given) for kind in kinds]
    return found
