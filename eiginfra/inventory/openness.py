"""What teams open, and what they may keep closed: open data sets, and exceptions to the publication of code."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

from pydantic import Field

from eiginfra.inventory.fields import Day, ProjectName, ShortText, TeamId, Title, Url
from eiginfra.inventory.file_model import FileModel

DataLicense = Literal["etalab-2.0", "ODbL-1.0"]
"""The licences that administrations may choose for data (CRPA, article D. 323-2-1): the Licence Ouverte and the ODbL."""
ExceptionReason = Literal["security", "defence", "proceedings", "offences", "secret", "personal-data", "third-party"]
ARTICLES: Final[Mapping[ExceptionReason, str]] = {
    "security": "L311-5, 2° d",
    "defence": "L311-5, 2° b",
    "proceedings": "L311-5, 2° f",
    "offences": "L311-5, 2° g",
    "secret": "L311-5, 2° h",
    "personal-data": "L311-6, L312-1-2",
    "third-party": "L311-4",
}
"""The articles of the CRPA that allow an exception for that reason."""


class DataSet(FileModel):
    """A set of open data that a team published."""

    title: Title = Field(description="Its name, as the catalogue of data shows it")
    url: Url = Field(description="Its page, e.g. on data.gouv.fr")
    license: DataLicense = Field(description="An SPDX identifier, of the licences that administrations may choose for data")
    description: ShortText | None = Field(default=None, description="What it holds, in a sentence")


class PublicationException(FileModel):
    """A project whose code is not published: which legal reason there is, and who decided it."""

    project: ProjectName = Field(description="The project's name in its team's file")
    team: TeamId | None = Field(default=None, description="Whose project it is; needed where several teams have one of that name")
    reason: ExceptionReason = Field(description="The reason that the law knows (CRPA, articles L311-4 to L311-6)")
    who: Title = Field(description="Who decided it: a role or a service")
    until: Day | None = Field(default=None, description="The last day on which it holds; until it is taken out if absent")

    def concerns(self, team: str, project: str) -> bool:
        """Whether it is about a project of a team."""
        return self.team in (None, team) and self.project.lower() == project.lower()

    def over(self, as_of: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < as_of
