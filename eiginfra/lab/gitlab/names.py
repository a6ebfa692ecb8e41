"""What paths and names GitLab accepts."""

import re
import unicodedata

PATH_RULE = (
    "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', nor end "
    "with '-', '_', '.', '.git', or '.atom'."
)
PLAIN_PATH_RULE = "must not start or end with a special character and must not contain consecutive special characters."
GROUP_NAME_RULE = (
    "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must start with letter, digit, emoji or '_'."
)
PROJECT_NAME_RULE = (
    "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'."
)

_PATH = re.compile(r"[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}(?<![-.])")
_PLAIN_PATH = re.compile(r"[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*")
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


def path_errors(path: str) -> list[str]:
    """What is wrong with a text as the path of a group, a project or a user."""
    fits = _PATH.fullmatch(path) is not None and not path.endswith((".git", ".atom"))
    return ([] if fits else [PATH_RULE]) + ([] if _PLAIN_PATH.fullmatch(path) else [PLAIN_PATH_RULE])


def valid_path(path: str) -> bool:
    """Whether a text can be the path of a group, a project or a user."""
    return not path_errors(path)


def reserved(path: str, *, below: bool = False) -> bool:
    """Whether GitLab needs the path for itself: at the top for its own pages, below a group for what a project's pages are called."""
    return path.lower() in (_RESERVED_BELOW if below else _RESERVED_AT_TOP)


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
