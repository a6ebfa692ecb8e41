"""A repository's files as archives, single blobs, and the repository itself as it lies on a disk."""

import base64
import bz2
import gzip
import io
import tarfile
import zipfile
from datetime import datetime

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, GitLabEndpoint, Route, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, not_found, not_modelled
from eiginfra.lab.gitlab.git_folder import git_folder
from eiginfra.lab.gitlab.git_objects import GITLINK
from eiginfra.lab.gitlab.repository import content, default_branch, repository, resolve

_FORMATS = {"": "tar.gz", ".tar.gz": "tar.gz", ".tar": "tar", ".zip": "zip"}
_FORMATS |= dict.fromkeys((".tar.bz2", ".tbz", ".tbz2", ".tb2", ".bz2"), "tar.bz2")
Member = tuple[str, bytes, bool]
"""Path, content, and whether it may be run."""


def _archive(kind: str) -> GitLabEndpoint:
    def work(call: GitLabCall) -> Answer:
        """GET …/repository/archive, of a branch, a tag or a commit."""
        project = find_code(call)
        ref = call.given.get("sha") or default_branch(call.state, project)
        number = resolve(call.state, project, ref)
        if number is None:
            raise not_found("File")
        repo = repository(call.state, project)
        name = f"{project.path}-{ref.replace('/', '-')}-{number}"
        moment = datetime.fromisoformat(repo["commits"][number]["committed_date"])
        members = [
            (f"{name}/{path}", content(repo, entry), entry["mode"] == "100755")
            for path, entry in sorted(repo["trees"][number].items())
            if entry["mode"] != GITLINK
        ]
        body = _zipped(members, moment) if kind == "zip" else _packed(_tar(members, moment), kind)
        # Headers are Latin-1 to the server: so the bytes of UTF-8 go out as they are.
        shown = f"{name}.{kind}".encode().decode("latin-1")
        mime = "application/zip" if kind == "zip" else "application/octet-stream"
        return Answer(200, body, {"content-type": mime, "content-disposition": f'attachment; filename="{shown}"'})

    return takes({"sha": params.string()})(work)


def _tar(members: list[Member], moment: datetime) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for path, data, runs in members:
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.mode = len(data), int(moment.timestamp()), 0o775 if runs else 0o664
            packed.addfile(info, io.BytesIO(data))
    return target.getvalue()


def _packed(data: bytes, kind: str) -> bytes:
    """The same bytes for the same files: no time of packing is in them."""
    if kind == "tar.gz":
        return gzip.compress(data, mtime=0)
    if kind == "tar.bz2":
        return bz2.compress(data)
    return data


def _zipped(members: list[Member], moment: datetime) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data, runs in members:
            info = zipfile.ZipInfo(path, moment.timetuple()[:6])
            info.external_attr = (0o100755 if runs else 0o100644) << 16
            packed.writestr(info, data)
    return target.getvalue()


@takes({"wiki": params.boolean(default=False)})
def snapshot(call: GitLabCall) -> Answer:
    """GET …/snapshot, for administrators: the bare repository with all of Git's objects, as a tar file."""
    project = find_code(call)
    if call.given["wiki"]:
        raise not_modelled("snapshots of wikis")
    if not call.known_user().admin:
        raise forbidden()
    with git_folder(call.state, project) as folder:
        members = [(name, data, False) for name, data in folder.files()]
    headers = {"content-type": "application/x-tar", "content-disposition": 'attachment; filename="repository.tar"'}
    return Answer(200, _tar(members, call.state.clock.now()), headers)


def _blob(call: GitLabCall) -> bytes:
    known: str | None = repository(call.state, find_code(call))["blobs"].get(call.path["sha"])
    if known is None:
        raise not_found("Blob")
    return base64.b64decode(known)


def blob(call: GitLabCall) -> Answer:
    """GET …/repository/blobs/:sha, content in base64."""
    data = _blob(call)
    return ok({"size": len(data), "encoding": "base64", "content": base64.b64encode(data).decode(), "sha": call.path["sha"]})


def raw_blob(call: GitLabCall) -> Answer:
    """GET …/repository/blobs/:sha/raw."""
    return Answer(200, _blob(call), {"content-type": "text/plain; charset=utf-8", "content-disposition": "inline"})


_BASE = "/projects/:id/repository"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_BASE}/blobs/:sha", blob),
    ("GET", f"{_BASE}/blobs/:sha/raw", raw_blob),
    ("GET", "/projects/:id/snapshot", snapshot),
    *(("GET", f"{_BASE}/archive{ending}", _archive(kind)) for ending, kind in _FORMATS.items()),
)
