"""The languages of a project's code.

GitLab has Linguist tell them after a push; the lab goes by the endings of files alone, over their bytes. So what is generated or brought
along counts here, and not there. As there, data and prose do not count, and the five largest are kept.
"""

from collections import Counter
from typing import Any

from eiginfra.lab.gitlab.access import find_project, may_read_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok
from eiginfra.lab.gitlab.errors import not_modelled
from eiginfra.lab.gitlab.git_objects import GITLINK
from eiginfra.lab.gitlab.records import ProjectRecord
from eiginfra.lab.gitlab.repository import content, is_empty, repository, resolve

_BY_ENDING = {
    "c": "C",
    "cpp": "C++",
    "css": "CSS",
    "go": "Go",
    "html": "HTML",
    "ipynb": "Jupyter Notebook",
    "java": "Java",
    "js": "JavaScript",
    "php": "PHP",
    "py": "Python",
    "r": "R",
    "rb": "Ruby",
    "rs": "Rust",
    "scss": "SCSS",
    "sh": "Shell",
    "ts": "TypeScript",
    "vue": "Vue",
}
_BY_NAME = {"dockerfile": "Dockerfile", "makefile": "Makefile"}
_MOST = 5


def languages(call: GitLabCall) -> Answer:
    """GET /projects/:id/languages: shares in per cent, by name (recordings service-list_projects_with_…)."""
    project = find_project(call)
    if not may_read_code(call, project):
        raise not_modelled("languages of code that the caller may not read")
    return ok(_shares(_sizes(call, project)))


def _sizes(call: GitLabCall, project: ProjectRecord) -> Counter[str]:
    sizes: Counter[str] = Counter()
    number = None if is_empty(call.state, project) else resolve(call.state, project, None)
    if number is not None:
        repo = repository(call.state, project)
        for path, entry in repo["trees"][number].items():
            name = path.rpartition("/")[2].lower()
            language = _BY_NAME.get(name) or _BY_ENDING.get(name.rpartition(".")[2] if "." in name else "")
            if language is not None and entry["mode"] != GITLINK:
                sizes[language] += len(content(repo, entry))
    return sizes


def _shares(sizes: Counter[str]) -> dict[str, Any]:
    total = sizes.total()
    largest = sizes.most_common(_MOST) if total else []
    return {name: round(100 * size / total, 2) for name, size in sorted(largest) if size}


ROUTES: tuple[Route, ...] = (("GET", "/projects/:id/languages", languages),)
