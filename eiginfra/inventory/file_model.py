"""The base of all models of files that people write."""

import re

from pydantic import BaseModel, ConfigDict

MOST = 500
"""More entries than any team needs in one list are a mistake."""


class FileModel(BaseModel):
    """Base of everything people write: unknown keys are errors, values are immutable."""

    # What is refused may be a secret in the wrong place.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def from_text(cls, text: str) -> str | None:
        """How a text in place of the mapping is written as one: `adler:8080` as `{subdomain: adler, port: 8080}`.

        None where it is not clear.
        """
        required = [name for name, info in cls.model_fields.items() if info.is_required()]
        sound = required and re.fullmatch(r"[A-Za-z0-9][\w.@-]{0,39}", text)
        return f"{{{required[0]}: {text}{''.join(f', {name}: …' for name in required[1:])}}}" if sound else None
