"""GitLab's filters for templates: people as members, titles as names."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from eiginfra.core.filters import Adapted, Entry, Filter, people
from eiginfra.providers.gitlab.fields import LONGEST_NAME, begins_name, in_name

# What stands for a sign that is not taken; any other is left out.
_NEAREST: Final = {"'": "’", "`": "’", '"': "”", "@": "a", "+": " plus ", "&": " et ", **dict.fromkeys("/\\|:", "-")}
_EMPTY: Final = "_"
_ACCESS_KEYS: Final = {"access": "role", "expires": "until", "id": "gitlab_id"}


def access(value: Any, *, invite: bool = False) -> list[Entry]:
    """People as members of a group: their role (a mentor is a reporter), and when it ends. Each user name once.

    GitLab ends access at the beginning of the day named, so the day after the last one is named. With `invite` also their e-mail address,
    where who has no account is invited; and the ID of the account that cohort.yml says is theirs.
    """
    members: dict[str, Entry] = {}
    for person in people("gitlab_access", value):
        username, role = person.read("username"), person.read("role")
        level = "reporter" if role == "mentor" else role
        entry = {"username": username, "access": level, "expires": person.read("until") + timedelta(days=1)}
        entry |= {"email": person.read("email")} if invite else {}
        entry |= {"id": number} if (number := person.read("gitlab_id")) is not None else {}
        members.setdefault(username, Entry(entry, person, _ACCESS_KEYS))
    return list(members.values())


def name(title: str | None, *, project: bool = False) -> str | None:
    """The nearest name that GitLab takes for a group or, if so said, a project: the title itself where it can be; None for None."""
    if title is None:
        return None
    signs = "+." if project else "()."
    if begins_name(title[:1]) and len(title) <= LONGEST_NAME and all(in_name(sign, signs) for sign in title):
        return title
    nearest = {**_NEAREST, "&": "+"} if project else _NEAREST
    kept = "".join(
        sign if in_name(sign, signs) else nearest.get(sign, " " if sign.isspace() else "")
        for sign in unicodedata.normalize("NFC", title)
    )  # fmt: skip
    kept = re.sub(" +", " ", kept)
    while kept and not begins_name(kept[0]):
        kept = kept[1:]
    return Adapted.of(title, kept[:LONGEST_NAME].rstrip() or _EMPTY)


FILTERS: Final[Mapping[str, Filter]] = {"gitlab_access": access, "gitlab_name": name}
