"""The names of pages, by which they link to one another: no two of a cohort have the same."""

from typing import Final

INDEX: Final = "index"
"""The page of all teams."""


def team_page_name(team: str) -> str:
    """The name of a team's handout; no id holds an underscore, so a team `index` does not hide the index."""
    return f"{team}_" if team == INDEX else team


def person_page_name(team: str, username: str) -> str:
    """The name of a person's handout in a team; no id of a team holds a dot, so the first one ends it: `adler.adler-1`."""
    return f"{team}.{username}"
