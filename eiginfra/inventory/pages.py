"""Where the cohort's pages are: one site for the cohort's people, one for everybody."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import ProjectPath, Title, Url
from eiginfra.inventory.file_model import FileModel

HELP_LABELS: Final = ("help wanted",)


class PublishedPages(FileModel):
    """A website with pages of the cohort, and the GitLab project whose pages it is."""

    url: Url = Field(description="Its address")
    project: ProjectPath | None = Field(default=None, description="The full path of the project on the site's GitLab")


class Pages(FileModel):
    """The two sites, and what is shown on them. One GitLab project has one site, so they are in two."""

    title: Title | None = Field(default=None, description="What the pages are called; the cohort's title if absent")
    internal: PublishedPages | None = Field(default=None, description="For the cohort's people only")
    public: PublishedPages | None = Field(default=None, description="For everybody")
    help_labels: tuple[Annotated[Title, Field(max_length=100)], ...] = Field(
        default=HELP_LABELS, max_length=20, description="The labels of issues that ask others for help; help wanted if absent"
    )

    @model_validator(mode="after")
    def _two_sites(self) -> Self:
        if self.internal is None or self.public is None:
            return self
        same = (self.internal.project or "").lower() == (self.public.project or "").lower()
        if self.internal.project is not None and same:
            raise refusal("pages-one-project", project=self.internal.project)
        if self.internal.url.rstrip("/").lower() == self.public.url.rstrip("/").lower():
            raise refusal("pages-one-url", url=self.internal.url)
        return self
