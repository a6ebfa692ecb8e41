"""The GitLab kinds, one file each; a file here is a kind, no list names it.

What lives here: specs, and the translation between their fields and GitLab's. What may not: HTTP (the client's), comparing (the engine's),
what several kinds share (the folder above).
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.discovery import kinds_in
from eiginfra.providers.gitlab.api import GitLabApi


def all_kinds(api: GitLabApi | None) -> list[Kind[Any]]:
    """Every kind, over one API."""
    return kinds_in(__name__, api)
