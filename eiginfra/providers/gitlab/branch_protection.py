"""What protects the default branch of the projects that are made in a group: five words for what GitLab keeps as an object.

The integer `default_branch_protection` is deprecated since 17.0, is kept in a column of its own, and is neither read nor written.
Source: GitLab's documentation of groups, "Options for default_branch_protection_defaults"; Gitlab::Access::BranchProtection.
"""

from typing import Any, Final

from pydantic import JsonValue

_DEVELOPER, _MAINTAINER = 30, 40
_NAMES: Final = {0: "nobody", _DEVELOPER: "developers", _MAINTAINER: "maintainers", 60: "administrators"}


def _protection(push: int, merge: int, *, force: bool = False, initial: bool = False) -> dict[str, Any]:
    return {
        "allowed_to_push": [{"access_level": push}],
        "allowed_to_merge": [{"access_level": merge}],
        "allow_force_push": force,
        "developer_can_initial_push": initial,
    }


PROTECTIONS: Final = {
    "none": _protection(_DEVELOPER, _DEVELOPER, force=True),
    "developers-push": _protection(_DEVELOPER, _MAINTAINER),
    "full": _protection(_MAINTAINER, _MAINTAINER),
    "developers-merge": _protection(_MAINTAINER, _DEVELOPER),
    "developers-initial-push": _protection(_MAINTAINER, _MAINTAINER, initial=True),
}


def protection_of(shown: Any) -> JsonValue:
    """The word for what GitLab shows; what none of the five says is told in full, so that it differs from all of them."""
    if not isinstance(shown, dict):
        return None
    push, merge = (_levels(shown.get(f"allowed_to_{what}")) for what in ("push", "merge"))
    force, initial = bool(shown.get("allow_force_push")), bool(shown.get("developer_can_initial_push"))
    for name, known in PROTECTIONS.items():
        same = [_levels(known["allowed_to_push"]), _levels(known["allowed_to_merge"])] == [push, merge]
        if same and (known["allow_force_push"], known["developer_can_initial_push"]) == (force, initial):
            return name
    told = [f"push: {push}", f"merge: {merge}", *["force push"] * force, *["initial push: developers"] * initial]
    return ", ".join(told)


def _levels(entries: Any) -> str:
    """Who is named, from the lowest level up, each once."""
    found = {entry.get("access_level") for entry in entries or () if isinstance(entry, dict)}
    levels = sorted(level for level in found if isinstance(level, int))
    return " and ".join(_NAMES.get(level, f"level {level}") for level in levels) or "unsaid"
