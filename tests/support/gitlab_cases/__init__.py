"""Every field of every GitLab kind: a module for each kind, which no list names.

A module has `CASES`, by what they are about, and perhaps `DOCUMENTED`, as support.gitlab_contract reads it.
"""

import importlib
import pkgutil
from typing import Any

from support.gitlab_case import Case

_MODULES = [importlib.import_module(module.name) for module in pkgutil.iter_modules(__path__, f"{__name__}.")]

CASES: dict[str, Case] = {name: case for module in _MODULES for name, case in module.CASES.items()}
DOCUMENTED: dict[tuple[str, str], Any] = {of: known for module in _MODULES for of, known in getattr(module, "DOCUMENTED", {}).items()}
ROWS = [(name, row) for name, case in CASES.items() for row in case.rows]
KEYS = [(name, key) for name, case in CASES.items() for key in case.keys]
SEEDS = [(name, seed) for name, case in CASES.items() for seed in case.seeds]
