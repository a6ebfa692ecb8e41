"""GitLab: accounts, groups, members, projects and what hangs on them, of a cohort, below one root group.

What lives here: the client (the only importer of python-gitlab), what is asked of it (`api`, `holders`), the kinds, and `doctor`. What may
not: anything of other providers, of the inventory, or of the engine's judgement.
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.doctor import doctor
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy, Meter

__all__ = ["GitLabSettings", "doctor", "kinds"]


def kinds(settings: GitLabSettings | None, *, meter: Meter | None = None) -> list[Kind[Any]]:
    """The GitLab kinds. Without settings they can be described; with settings but no token also checked. `meter` counts the requests.

    Raises InputError when the site's CA file cannot be read.
    """
    if settings is None:
        return all_kinds(None)
    policy = HttpPolicy("gitlab", ca=settings.ca, timeout=settings.timeout, meter=meter or Meter())
    return all_kinds(GitLabApi(GitLabClient(settings, policy)))
