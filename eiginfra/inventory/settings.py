"""The settings: the contents of `eiginfra.yml`, the defaults of the command line."""

from pathlib import Path
from typing import Final

from pydantic import Field

from eiginfra.inventory.fields import Day
from eiginfra.inventory.file_model import FileModel

PACKAGED: Final = "eiginfra:"
"""What the name of a packaged playbook begins with, which is no path: `eiginfra:site`."""


class Settings(FileModel):
    """What a bare `eiginfra apply` works on. Paths are relative to the file; loaded settings hold them resolved."""

    inventory: Path | None = Field(default=None, description="The cohort's folder (-i)")
    playbook: Path | None = Field(default=None, description="The playbook: a file, or a packaged one, eiginfra:site")
    site: Path | None = Field(default=None, description="The site file")
    as_of: Day | None = Field(default=None, description="The day that all rules about dates go by; the real one if absent")
