"""Whom to ask: services of the cohort, and the correspondents of a team in its administration."""

from pydantic import Field

from eiginfra.inventory.fields import Email, Title, Url
from eiginfra.inventory.file_model import FileModel


class Contact(FileModel):
    """Somebody to ask: a role and an address, never a person's name."""

    role: Title = Field(description="What the person or service is for, e.g. EIG Link")
    email: Email = Field(description="Where to write")
    url: Url | None = Field(default=None, description="A page or a chat room")


class Correspondent(FileModel):
    """Who answers for one matter in the administration: an address of a service, never a person's."""

    email: Email = Field(description="Where to write")
    name: Title | None = Field(default=None, description="The service, as the administration calls it; never needed")
    url: Url | None = Field(default=None, description="A page or a form")


class Correspondents(FileModel):
    """A team's correspondents in the host administration."""

    data_protection: Correspondent | None = Field(default=None, description="The data-protection officer (DPO, DPD)")
    it: Correspondent | None = Field(default=None, description="The IT department")
    open_data: Correspondent | None = Field(default=None, description="The open-data correspondent")
    legal: Correspondent | None = Field(default=None, description="The legal department")
    data: Correspondent | None = Field(default=None, description="The data administrator")
