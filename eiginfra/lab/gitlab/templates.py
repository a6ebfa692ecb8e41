"""Templates that a project can begin with: of licences, the two shortest texts."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, not_found

_TYPES = frozenset({"dockerfiles", "gitignores", "gitlab_ci_ymls", "licenses", "issues", "merge_requests"})
_WARRANTY = """\
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
_TEXTS = {
    "mit": (
        "MIT License",
        (
            "MIT License\n\nCopyright (c) [year] [fullname]\n\n"
            "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
            'of this software and associated documentation files (the "Software"), to deal\n'
            "in the Software without restriction, including without limitation the rights\n"
            "to use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n"
            "copies of the Software, and to permit persons to whom the Software is\n"
            "furnished to do so, subject to the following conditions:\n\n"
            "The above copyright notice and this permission notice shall be included in all\n"
            f"copies or substantial portions of the Software.\n\n{_WARRANTY}"
        ),
    ),
    "0bsd": (
        "BSD Zero Clause License",
        (
            "Copyright (c) [year] [fullname]\n\n"
            "Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted.\n\n"
            f"{_WARRANTY}"
        ),
    ),
}


@takes({"project": params.string(), "fullname": params.string()})
def show(call: GitLabCall) -> Answer:
    """GET /projects/:id/templates/:type/:name."""
    find_project(call)
    if call.path["type"] not in _TYPES:
        raise bad_parameters("type does not have a valid value")
    given = call.given
    key = call.path["name"].lower()
    if call.path["type"] != "licenses" or key not in _TEXTS:
        raise not_found("Template")
    name, text = _TEXTS[key]
    content = text.replace("[year]", str(call.state.clock.today().year))
    content = content.replace("[fullname]", given.get("fullname") or "[fullname]")
    return ok(
        {
            "key": key,
            "name": name,
            "nickname": None,
            "html_url": f"http://choosealicense.com/licenses/{key}/",
            "source_url": None,
            "popular": key == "mit",
            "description": "",
            "conditions": [],
            "permissions": [],
            "limitations": [],
            "content": content,
        }
    )


ROUTES: tuple[Route, ...] = (("GET", "/projects/:id/templates/:type/:name", show),)
