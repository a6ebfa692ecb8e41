"""The licences that French administrations may choose for what they publish.

Source: article D. 323-2-1 of the CRPA and the list at https://www.data.gouv.fr/licences. GitLab has the texts of most of them.
"""

_FAMILIES = {
    "agpl-3.0": "agpl-3.0",
    "gpl-2.0": "gpl-2.0",
    "gpl-3.0": "gpl-3.0",
    "lgpl-2.1": "lgpl-2.1",
    "lgpl-3.0": "lgpl-3.0",
}
_SINGLE = {
    "mit": "mit",
    "apache-2.0": "apache-2.0",
    "bsd-2-clause": "bsd-2-clause",
    "bsd-3-clause": "bsd-3-clause",
    "cecill-2.1": "cecill-2.1",
    "cecill-b": "cecill-b",
    "cecill-c": "cecill-c",
    "epl-2.0": "epl-2.0",
    "eupl-1.2": "eupl-1.2",
    "mpl-2.0": "mpl-2.0",
    "etalab-2.0": "etalab-2.0",
    "odbl-1.0": "odbl-1.0",
}
_TEMPLATES = {
    **_SINGLE,
    **{f"{name}{suffix}": template for name, template in _FAMILIES.items() for suffix in ("", "-only", "-or-later")},
}
ALLOWED = frozenset(_TEMPLATES)
"""SPDX identifiers in lower case."""


def template_of(license_id: str) -> str:
    """The key of GitLab's template for a licence."""
    return _TEMPLATES.get(license_id.lower(), license_id.lower())


def notice_of(license_id: str, holder: str) -> str:
    """The text of LICENSE where GitLab has none: the licence's name and where its text is."""
    whose = f"Copyright (c) {holder}\n" if holder else ""
    return f"{whose}SPDX-License-Identifier: {license_id}\n\nThe text of the licence: https://spdx.org/licenses/{license_id}.html\n"
