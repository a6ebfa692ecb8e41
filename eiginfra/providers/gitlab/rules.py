"""What GitLab refuses, as far as that is known without asking it: one table, from its own source (version 18).

The kinds' specs use it, so that `check` refuses such a value at the team's line.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

from eiginfra.core.reason import Reason, reason
from eiginfra.core.server_rule import EMAIL, ServerRule
from eiginfra.providers.gitlab.folding import no_html

__all__ = ["EMAIL", "path_problems", "user_problems"]

SEGMENT: Final = r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*"
"""Source: lib/gitlab/regex.rb, oci_repository_path_regex; of the names of new accounts too (app/models/namespace.rb)."""
ENDINGS: Final = (".git", ".atom")
"""Source: lib/gitlab/path_regex.rb, NO_SUFFIX_REGEX."""
LONGEST_PATH: Final = 255
"""Of a segment (app/models/namespace.rb, URL_MAX_LENGTH) and of a whole path (app/models/route.rb)."""
SHORTEST_PATH: Final = 2
"""Of a group or an account (app/models/namespace.rb)."""

RESERVED_BELOW: Final = frozenset({
    "-", "badges", "blame", "blob", "builds", "commits", "create", "create_dir", "edit", "environments/folders", "files", "find_file",
    "gitlab-lfs/objects", "info/lfs/objects", "new", "preview", "raw", "refs", "tree", "update", "wikis",
})  # fmt: skip
"""Source: lib/gitlab/path_regex.rb, PROJECT_WILDCARD_ROUTES, for projects and subgroups."""
RESERVED_AT_TOP: Final = frozenset({
    "-", ".well-known", "404.html", "422.html", "500.html", "502.html", "503.html", "admin", "api", "apple-touch-icon.png", "assets",
    "dashboard", "deploy.html", "explore", "favicon.ico", "favicon.png", "files", "groups", "health_check", "help", "import", "jwt",
    "login", "oauth", "profile", "projects", "public", "robots.txt", "s", "search", "sitemap", "sitemap.xml", "sitemap.xml.gz",
    "slash-command-logo.png", "snippets", "unsubscribes", "uploads", "users", "v2",
})  # fmt: skip
"""Source: lib/gitlab/path_regex.rb, TOP_LEVEL_ROUTES, for accounts and top groups."""
EXTENSIONS: Final = frozenset({
    "aac", "atom", "bmp", "css", "csv", "diff", "gif", "gz", "gzip", "html", "ico", "ics", "jpe", "jpeg", "jpg", "js", "json", "m4a",
    "m4v", "markdown", "md", "mov", "mp1", "mp2", "mp3", "mp4", "mpe", "mpeg", "mpg", "mpg4", "multipart_form", "oga", "ogg", "ogv", "opus",
    "otf", "patch", "pdf", "pjpeg", "png", "rss", "spx", "svg", "text", "tif", "tiff", "ttf", "txt", "url_encoded_form", "vcf", "vtt",
    "webm", "webp", "woff", "woff2", "xhtml", "xml", "yaml", "yml", "zip",
})  # fmt: skip
"""Endings of accounts' names. Source: app/models/user.rb (Mime::EXTENSION_LOOKUP), Rails and config/initializers/mime_types.rb."""


def path_problems(path: str, sort: Literal["group", "project"]) -> Iterator[Reason]:
    """Why GitLab would refuse to make a group or project at that path; what is above it is judged by itself."""
    segment = path.rpartition("/")[2]
    yield from _segment_problems(segment, SHORTEST_PATH if sort == "group" else 1)
    if len(segment) <= LONGEST_PATH < len(path):
        yield reason("path-too-long", longest=LONGEST_PATH)
    below = path.lower().partition("/")[2]
    for word in sorted(RESERVED_BELOW):
        if below == word or below.endswith(f"/{word}"):
            yield reason("path-reserved", word=word)


def user_problems(name: str, *, new: bool) -> Iterator[Reason]:
    """Why GitLab has no account of that name. new: it may have to be made, so that today's rules hold."""
    if new:
        yield from _segment_problems(name, SHORTEST_PATH)
    if name.lower() in RESERVED_AT_TOP:
        yield reason("path-reserved", word=name.lower())
    if (ending := name.lower().rpartition(".")[2]) in EXTENSIONS and ending != name.lower():
        yield reason("path-extension", ending=f".{ending}")


def _segment_problems(segment: str, shortest: int) -> Iterator[Reason]:
    if not re.fullmatch(SEGMENT, segment) or segment.lower().endswith(ENDINGS):
        yield reason("path-signs")
    elif len(segment) < shortest:
        yield reason("path-too-short", least=shortest)
    elif len(segment) > LONGEST_PATH:
        yield reason("path-too-long", longest=LONGEST_PATH)


def _no_ref(name: str) -> bool:
    """What git-check-ref-format refuses, and what GitLab refuses besides (lib/gitlab/git_ref_validator.rb)."""
    parts = name.split("/")
    return (
        bool(re.search(r"[\x00-\x20\x7f~^:?\[\\]|\.\.|@\{|//", name))
        or name in {"@", "HEAD"}
        or name.startswith(("-", "/", "refs/heads/", "refs/remotes/", "refs/tags/"))
        or name.endswith(("/", "."))
        or any(part.startswith(".") or part.endswith(".lock") for part in parts)
    )


def _no_branch(name: str) -> bool:
    return _no_ref(name) or "*" in name or re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", name) is not None


def _no_file(path: str) -> bool:
    """What git and GitLab refuse as the path of a file (lib/gitlab/path_traversal.rb, Gitaly's validation)."""
    parts = path.split("/")
    return any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts) or bool(re.search(r"[\x00-\x1f\x7f\\]", path))


def _long_names(name: str) -> bool:
    first, _, rest = " ".join(name.split()).partition(" ")
    return len(first) > 127 or len(rest) > 127


def _html(name: str) -> bool:
    """What GitLab would take out of a title, and so out of what it is found by."""
    return not no_html(name)


BRANCH: Final = ServerRule("branch", "git-check-ref-format(1); lib/gitlab/git_ref_validator.rb", least=1, most=255, refuses=_no_branch)
BRANCH_PATTERN: Final = ServerRule(
    "branch", "git-check-ref-format(1); app/models/concerns/protected_ref.rb", least=1, most=255, refuses=_no_ref
)
FILE_PATH: Final = ServerRule("file-path", "lib/gitlab/path_traversal.rb; git, verify_path", least=1, most=4096, refuses=_no_file)
COMMIT_MESSAGE: Final = ServerRule("commit-message", "lib/api/commits.rb", r"(?s:.*\S.*)", most=65_536)
GROUP_DESCRIPTION: Final = ServerRule("length", "app/models/namespace.rb", most=500)
PROJECT_DESCRIPTION: Final = ServerRule("length", "app/models/project.rb", most=2000)
TOPIC: Final = ServerRule("topic", "app/models/projects/topic.rb; the list is joined by commas", r"[^,\r\n]*[^,\s][^,\r\n]*", most=255)
CI_CONFIG: Final = ServerRule("ci-config", "app/models/project.rb, ci_config_path", r"(?!/)(?:(?!\.\.)[^\x00-\x1f])*", most=255)
LONGEST_JOB: Final = 2_629_745
"""Seconds, less than a month. Source: app/models/project.rb, MAX_BUILD_TIMEOUT."""
SHOWN_NAME: Final = ServerRule("person-name", "app/models/user.rb", most=255, refuses=_long_names)
LABEL: Final = ServerRule(
    "label", "app/models/concerns/label_like.rb; lib/gitlab/regex.rb", r"[^,?&\s](?:[^,?&]*[^,?&\s])?", most=255, refuses=_html
)
LONG_TEXT: Final = ServerRule("length", "app/models/concerns/issuable.rb, label_like.rb: descriptions", most=512 * 1024)
MILESTONE: Final = ServerRule("milestone", "app/models/concerns/timebox.rb", r"\S(?:.*\S)?", most=255, refuses=_html)
VARIABLE_KEY: Final = ServerRule("variable-key", "app/models/concerns/ci/has_variable.rb", r"[A-Za-z0-9_]+", most=255)
VARIABLE_SCOPE: Final = ServerRule(
    "variable-scope", "lib/gitlab/regex.rb, environment_scope_regex", r"(?! )[A-Za-z0-9_/${}. *-]+(?<! )", most=255
)
VARIABLE_TEXT: Final = ServerRule("length", "app/models/concerns/ci/has_variable.rb, description", most=255)
