"""What a cohort shares: its programme, its tools, its dates."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import Day, ShortText, Title, Url
from eiginfra.inventory.file_model import FileModel


class Programme(FileModel):
    """The programme that the cohort is part of."""

    title: Title = Field(description="Its name")
    url: Url | None = Field(default=None, description="Its website")
    description: ShortText | None = Field(default=None, description="What it is for, in a sentence")


class CohortTool(FileModel):
    """Something that all teams use: the chat, a mailing list, the calendar."""

    title: Title = Field(description="Its name")
    url: Url = Field(description="Where it is")
    description: ShortText | None = Field(default=None, description="What it is for, in a sentence")


class CohortEvent(FileModel):
    """A day or several days for the whole cohort."""

    title: Title = Field(description="What it is, e.g. a seminar")
    starts: Day = Field(description="Its first day")
    ends: Day | None = Field(default=None, description="Its last day, if it is longer than one")
    place: Title | None = Field(default=None, description="Where it is")
    url: Url | None = Field(default=None, description="Its page")

    @property
    def last_day(self) -> date:
        """The first, where it is one day long."""
        return self.ends or self.starts

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.ends is not None and self.ends < self.starts:
            raise refusal("event-reversed", title=self.title, ends=self.ends, starts=self.starts)
        return self
