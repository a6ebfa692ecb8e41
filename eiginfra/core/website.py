"""What was seen of a website."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class WebsiteAnswer:
    """Whether a website answers.

    state: `not_checked` where it was not asked, such as an address that is not public. status: of HTTP, the last one. reason: why it was
    not asked or did not answer, as a code.
    """

    url: str
    state: Literal["answers", "fails", "not_checked"]
    status: int | None = None
    reason: str = ""
