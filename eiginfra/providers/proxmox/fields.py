"""Types of fields that several kinds share."""

from typing import Annotated

from pydantic import Field

PoolId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
