"""Every field of every kind of the gateway: a module for each kind, called as the kind is; its `CASE` is the kind's."""

import importlib
import pkgutil

from support.gateway_row import Case

_MODULES = {module.name: importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)}

CASES: dict[str, Case] = {kind: module.CASE for kind, module in _MODULES.items()}
ROWS = [(kind, row) for kind, case in CASES.items() for row in case.rows]
