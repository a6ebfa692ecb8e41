"""A project's website: GitLab has no field for it, so it is the last line of the description."""

import re

_LINE = re.compile(r"(?:\A|\n+)(https?://\S+)\s*\Z")


def joined(description: str, website: str) -> str:
    """The description as GitLab keeps it."""
    return "\n\n".join(part for part in (description, website) if part)


def parted(text: str) -> tuple[str, str]:
    """Description and website of what GitLab keeps; no website when the last line is not one address."""
    found = _LINE.search(text)
    return (text, "") if found is None else (text[: found.start()], found[1])
