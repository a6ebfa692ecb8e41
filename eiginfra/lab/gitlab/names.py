"""What paths and names GitLab accepts."""

import re
import unicodedata

PATH_RULE = (
    "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', nor end "
    "with '-', '_', '.', '.git', or '.atom'."
)
GROUP_NAME_RULE = (
    "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must start with letter, digit, emoji or '_'."
)
PROJECT_NAME_RULE = (
    "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'."
)

_PATH = re.compile(r"[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*")
_RESERVED_AT_TOP = frozenset({
    "-", ".well-known", "404.html", "422.html", "500.html", "502.html", "503.html", "admin", "api",
    "apple-touch-icon.png", "assets", "dashboard", "deploy.html", "explore", "favicon.ico", "favicon.png", "files",
    "groups", "health_check", "help", "import", "jwt", "login", "oauth", "profile", "projects", "public",
    "robots.txt", "s", "search", "sitemap", "sitemap.xml", "snippets", "unsubscribes", "uploads", "users", "v2",
})  # fmt: skip
_RESERVED_BELOW = frozenset({
    "-", "badges", "blame", "blob", "builds", "commits", "create", "create_dir", "edit", "files", "find_file",
    "new", "preview", "raw", "refs", "tree", "update", "wikis",
})  # fmt: skip


def valid_path(path: str | None) -> bool:
    """Whether a text can be the path of a group, a project or a user."""
    return bool(path) and _PATH.fullmatch(path or "") is not None and not (path or "").endswith((".git", ".atom"))


def reserved(path: str, *, below: bool = False) -> bool:
    """Whether GitLab needs the path for itself, at the top or below a group."""
    return path.lower() in (_RESERVED_BELOW if below else _RESERVED_AT_TOP | _RESERVED_BELOW)


def valid_group_name(name: str) -> bool:
    """Whether a text can be a group's name."""
    return _valid_name(name, "_(). ")


def valid_project_name(name: str) -> bool:
    """Whether a text can be a project's name."""
    return _valid_name(name, "_+. ")


def _valid_name(name: str, punctuation: str) -> bool:
    return _letter(name[:1]) and all(_letter(char) or char in punctuation or unicodedata.category(char) == "Pd" for char in name)


def _letter(char: str) -> bool:
    return char == "_" or char.isalnum() or "\u00a9" <= char <= "\U0001f9ff"
