"""The GitLab kinds, one file each.

What lives here: specs, and the translation between their fields and GitLab's. What may not: HTTP (the client's), comparing (the engine's).
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.kinds.file import FileKind
from eiginfra.providers.gitlab.kinds.group import GroupKind
from eiginfra.providers.gitlab.kinds.label import LabelKind
from eiginfra.providers.gitlab.kinds.members import MembersKind
from eiginfra.providers.gitlab.kinds.project import ProjectKind
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchKind
from eiginfra.providers.gitlab.kinds.user import UserKind
from eiginfra.providers.gitlab.kinds.variable import VariableKind


def all_kinds(api: GitLabApi | None) -> list[Kind[Any]]:
    """Every kind, over one API."""
    return [
        UserKind(api),
        GroupKind(api),
        MembersKind(api),
        ProjectKind(api),
        FileKind(api),
        ProtectedBranchKind(api),
        LabelKind(api),
        VariableKind(api),
    ]
