"""Which commit each line of a file comes from."""

from difflib import SequenceMatcher
from itertools import groupby

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, takes
from eiginfra.lab.gitlab.diffs import parent_tree, renames
from eiginfra.lab.gitlab.errors import not_modelled
from eiginfra.lab.gitlab.files import headers_of, read_file
from eiginfra.lab.gitlab.records import Json
from eiginfra.lab.gitlab.repository import ancestry, content, repository

_SHOWN = ("id", "parent_ids", "message", "authored_date", "author_name", "author_email")
_COMMITTED = ("committed_date", "committer_name", "committer_email")


@takes({"ref": params.string(required=True)})
def show(call: GitLabCall) -> Answer:
    """GET …/repository/files/:file_path/blame."""
    project = find_code(call)
    data, found = read_file(call)
    repo = repository(call.state, project)
    lines = data.decode("utf-8", "replace").splitlines()
    origins = _origins(repo, found["commit"], call.path["file_path"])
    ranges, start = [], 0
    for number, same in groupby(origins):
        size = len(list(same))
        commit = repo["commits"][number]
        ranges.append({"commit": {name: commit[name] for name in (*_SHOWN, *_COMMITTED)}, "lines": lines[start : start + size]})
        start += size
    return Answer(200, ranges, headers_of(data, found, call.path["file_path"]))


def _origins(repo: Json, number: str, path: str) -> list[str]:
    """The commit of each line: the lines of each version are followed through the versions before it."""
    now = content(repo, repo["trees"][number][path]).splitlines()
    origins = [""] * len(now)
    places: dict[int, int] = {line: line for line in range(len(now))}
    """The line of the version at hand -> the line of the file as it is."""
    for commit in (repo["commits"][one] for one in ancestry(repo, number)):
        if len(commit["parent_ids"]) > 1:
            raise not_modelled("blame across merges")
        before, after = parent_tree(repo, commit), repo["trees"][commit["id"]]
        former = path if path in before else renames(repo, before, after).get(path)
        was = content(repo, before.get(former or "")).splitlines()
        kept: dict[int, int] = {}
        for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
            kept.update({block.a + step: places[block.b + step] for step in range(block.size) if block.b + step in places})
        for place in set(places.values()) - set(kept.values()):
            origins[place] = commit["id"]
        if former is None or not kept:
            break
        path, now, places = former, was, kept
    return origins


ROUTES: tuple[Route, ...] = (("GET", "/projects/:id/repository/files/:file_path/blame", show),)
