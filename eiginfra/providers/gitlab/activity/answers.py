"""From GitLab's answers to activity: bounded, cleaned, and empty where an answer has another form than GitLab's.

Whatever is left is what people wrote, and may say anything.
"""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from pydantic import JsonValue

from eiginfra.core.activity import Call, ProjectRelease
from eiginfra.core.text import all_lines, one_line
from eiginfra.providers.gitlab.client import Json

LONGEST_FILE = 64 << 10
"""Bytes of a file that are kept."""
LONGEST = 300
"""Signs of a title or a name that are kept."""
LONGEST_DESCRIPTION = 2000
MOST_TOPICS = 100
MOST_LANGUAGES = 20
LARGEST = 2**53

_TEXT = r"(?:\.[a-z]{2}(?:[-_][a-z]{2})?)?(?:\.(?:md|markdown|rst|txt|adoc|asciidoc|org))?"
_PATTERNS = {
    "README": re.compile(rf"(?:readme|lisez-?moi){_TEXT}", re.IGNORECASE),
    "LICENSE": re.compile(r"(?:licen[cs]e|copying)(?:[-._][\w.+-]{1,60})?", re.IGNORECASE | re.ASCII),
    "CONTRIBUTING": re.compile(rf"(?:contributing|contribuer){_TEXT}", re.IGNORECASE),
    "publiccode.yml": re.compile(r"publiccode\.ya?ml", re.IGNORECASE),
}
COUNTS = {"stars": "star_count", "forks": "forks_count"}
"""The fields of a ProjectActivity that every project has as a count, and what GitLab calls them."""


def text(value: JsonValue, longest: int = LONGEST) -> str:
    """On one line, cut where it is long; empty for anything but a text."""
    if not isinstance(value, str):
        return ""
    cut = value[: longest + 1]
    return one_line(cut if len(cut) <= longest else cut[: longest - 1] + "…")


def number(value: JsonValue) -> int | None:
    """A count; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST else None


def moment(value: JsonValue) -> datetime | None:
    """A time, in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def address(value: JsonValue) -> str:
    """A web address without anything that no address has; empty for anything else."""
    good = isinstance(value, str) and re.fullmatch(r"https?://[!-~]{1,2000}", value)
    return str(value) if good else ""


def languages(answer: JsonValue) -> dict[str, float]:
    """The largest share first."""
    if not isinstance(answer, dict):
        return {}
    shares = {
        text(name): float(share)
        for name, share in answer.items()
        if isinstance(share, int | float) and not isinstance(share, bool) and math.isfinite(share) and 0 < share <= 100
    }
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST_LANGUAGES])


def wanted_files(entries: Iterable[Json]) -> dict[str, str]:
    """Of FILES, those among the entries of a folder, by the name that they bear there; of several the shortest."""
    names = sorted({entry["name"] for entry in entries if entry["type"] == "blob"}, key=lambda name: (len(name), name))
    found = {
        wanted: next((name for name in names if len(name) <= LONGEST and pattern.fullmatch(name)), None)
        for wanted, pattern in _PATTERNS.items()
    }
    return {wanted: name for wanted, name in found.items() if name is not None}


def file_text(content: bytes) -> str:
    """What a file says, as far as it is kept."""
    return all_lines(content[:LONGEST_FILE].decode(errors="replace").replace("\r\n", "\n"))


def releases(items: Iterable[Json], web: str) -> list[ProjectRelease]:
    """Those that are out, the newest first. web: the project's address."""
    found = {}
    for item in items:
        at, tag = moment(item["released_at"]), text(item["tag_name"])
        if at is not None and tag and not item.get("upcoming_release"):
            url = f"{web}/-/releases/{quote(item['tag_name'], safe='')}" if web else ""
            found[tag] = ProjectRelease(name=text(item.get("name")) or tag, tag=tag, at=at, url=address(url))
    return sorted(found.values(), key=lambda release: (release.at, release.tag), reverse=True)


def calls(items: Iterable[Json], label: str) -> list[Call]:
    """Open issues that bear a label: GitLab understands some names of labels as a question of its own, such as `any`."""
    return [
        Call(title=text(item["title"]), label=label, at=at, url=address(item["web_url"]))
        for item in items
        if label in (item.get("labels") or ()) and item.get("confidential") is False and (at := moment(item.get("created_at")))
    ]


def topics(value: JsonValue) -> tuple[str, ...]:
    """As they are shown, each once."""
    items = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(shown for item in items[:MOST_TOPICS] if (shown := text(item))))


_OF_FEATURE: Mapping[str, tuple[str, ...]] = {
    "repository_access_level": ("files", "languages", "last_commit"),
    "releases_access_level": ("releases", "released"),
    "merge_requests_access_level": ("merged",),
    "issues_access_level": ("calls", "open_issues"),
}


def features(project: Json, level: str) -> frozenset[str]:
    """The fields of a ProjectActivity that belong to what a project has on a level: `disabled`, or `private`, for members only."""
    return frozenset(name for feature, names in _OF_FEATURE.items() if project.get(feature) == level for name in names)
