"""The repository that holds an inventory, as the cohort's file names it: where notes and issues are written, and what links lead to."""

from urllib.parse import urlsplit

from pydantic import Field

from eiginfra.inventory.fields import Title, Url
from eiginfra.inventory.file_model import FileModel


class Repository(FileModel):
    """A project on a GitLab or GitHub, and its default branch."""

    url: Url = Field(description="Its address as the browser shows it, e.g. https://gitlab.example.org/eig/inventory")
    branch: Title = Field(default="main", description="Its default branch")

    def project_at(self, server: str) -> str | None:
        """The full path of the project on the server with that address, `eig/inventory`; None if it is elsewhere."""
        here, there = urlsplit(self.url), urlsplit(server)
        before = f"{there.path.rstrip('/')}/"
        same = (here.scheme, here.hostname, here.port, here.query, here.fragment) == (there.scheme, there.hostname, there.port, "", "")
        project = here.path.removeprefix(before).rstrip("/").removesuffix(".git")
        return project if same and here.path.startswith(before) and "/" in project else None
