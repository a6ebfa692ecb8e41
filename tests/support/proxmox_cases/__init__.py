"""Every field of every Proxmox kind: a module for each kind, called as the kind is, which no list names; its `CASE` is the kind's."""

import importlib
import pkgutil

from support.proxmox_case import Case

_MODULES = {module.name: importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)}

CASES: dict[str, Case] = {kind: module.CASE for kind, module in _MODULES.items()}
ROWS = [row for case in CASES.values() for row in case.rows]
