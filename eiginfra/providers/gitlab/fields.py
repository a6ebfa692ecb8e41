"""Types of fields that several kinds share, with GitLab's rules for them (documentation: "Reserved project and group names", "Naming")."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, JsonValue

from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal

Visibility = Literal["private", "internal", "public"]
VISIBILITY: tuple[Visibility, ...] = ("private", "internal", "public")
"""From the least to the most visible."""

_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ENDINGS = (".", ".git", ".atom")


def _full_path(value: str) -> str:
    for segment in value.split("/"):
        if not _SEGMENT.fullmatch(segment) or segment.endswith(_ENDINGS):
            raise refusal("gitlab-path", value=value)
    return value


FullPath = Annotated[str, AfterValidator(_full_path), Field(examples=["eig/eig3/adler"])]
Username = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.][A-Za-z0-9_.-]*$", max_length=255), AfterValidator(str.lower)]
"""GitLab ignores the case: one person is one name."""


def lower_case(value: JsonValue) -> JsonValue:
    """For values whose letter case GitLab ignores."""
    return value.lower() if isinstance(value, str) else value


def parent(path: str) -> str:
    """The path of the group that holds a group or project; empty at the top."""
    return path.rpartition("/")[0]


def ancestors(path: str) -> list[str]:
    """The paths of the groups around a group or project, from the top down."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def inside(path: str, group: str) -> bool:
    """Whether a path is a group's own, or lies below it."""
    return path == group or path.startswith(f"{group}/")


def slug(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


LONGEST_NAME: Final = 255
"""Of a group or project. Source: their models."""


def begins_name(sign: str) -> bool:
    """Whether a name of a group or project may begin with it. Source: Gitlab::Regex, group_name_regex and project_name_regex."""
    return sign.isalnum() or sign == "_" or "\u00a9" <= sign <= "\U0001f9ff"


def in_name(sign: str, signs: str) -> bool:
    """Whether a name may have it; `signs` are those allowed besides letters, digits, _, dashes and space. Source: as `begins_name`."""
    return begins_name(sign) or sign == " " or sign in signs or unicodedata.category(sign) == "Pd"


def name_problem(name: str, signs: str) -> Reason | None:
    """Why GitLab would refuse a name of a group or project, or None; signs: as `in_name`.

    The typographic apostrophe is allowed, the typewriter's is not.
    """
    if not name or len(name) > LONGEST_NAME:
        return reason("name-length")
    if not begins_name(name[0]):
        return reason("name-begins", sign=name[0])
    wrong = sorted({sign for sign in name if not in_name(sign, signs)})
    if wrong:
        return reason("name-apostrophe" if "'" in wrong else "name-signs", signs=" ".join(wrong))
    return None


def path_of(values: Mapping[str, JsonValue]) -> tuple[str, str]:
    """The path, whose case GitLab ignores: no two groups and no two projects have the same."""
    path = str(values["path"]).lower()
    return path, parent(path)


def named_in(title: str) -> Callable[[Mapping[str, JsonValue]], tuple[str, str]]:
    """The shown name of what has a path, from the field `title`, and the group in which nothing else of its sort may bear it.

    Source: GitLab's models Namespace and Project, which validate the name's uniqueness in the parent.
    """

    def name(values: Mapping[str, JsonValue]) -> tuple[str, str]:
        path = str(values["path"])
        return str(values.get(title) or slug(path)), parent(path)

    return name
