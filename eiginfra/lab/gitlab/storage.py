"""Where the server keeps a project's repository."""

from hashlib import sha256

from eiginfra.lab.gitlab.access import find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok


def show(call: GitLabCall) -> Answer:
    """GET /projects/:id/storage, for administrators: a folder named for a digest of the project's id."""
    call.known_admin()
    project = find_project(call)
    digest = sha256(str(project.id).encode()).hexdigest()
    path = f"@hashed/{digest[:2]}/{digest[2:4]}/{digest}"
    return ok({"project_id": project.id, "disk_path": path, "created_at": project.created_at, "repository_storage": "default"})


ROUTES: tuple[Route, ...] = (("GET", "/projects/:id/storage", show),)
