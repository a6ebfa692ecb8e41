"""Which licence a text is, and whether administrations may choose it."""

import re
from typing import Final

LINES: Final = 4000
"""Letters at the beginning of a licence in which it says its name."""

_NAMES: Final = (
    (r"gnu affero general public license version 3", "AGPL-3.0"),
    (r"gnu lesser general public license version 3", "LGPL-3.0"),
    (r"gnu lesser general public license version 2\.1", "LGPL-2.1"),
    (r"gnu general public license version 3", "GPL-3.0"),
    (r"gnu general public license version 2", "GPL-2.0"),
    (r"apache license,? version 2\.0", "Apache-2.0"),
    (r"mozilla public license,? version 2\.0", "MPL-2.0"),
    (r"eclipse public license ?-? v(?:ersion)? ?2\.0", "EPL-2.0"),
    (r"european union public licen[cs]e v\. ?1\.2", "EUPL-1.2"),
    (r"licence publique de l'union européenne v\. ?1\.2", "EUPL-1.2"),
    (r"cecill-b", "CECILL-B"),
    (r"cecill-c", "CECILL-C"),
    (r"cecill", "CECILL-2.1"),
    (r"(?:licence ouverte|open licence) ?/? ?(?:open licence )?(?:version )?2\.0", "etalab-2.0"),
    (r"\bmit license\b|permission is hereby granted, free of charge, to any person", "MIT"),
    (r"redistribution and use in source and binary forms", "BSD"),
)
"""What each says near its beginning, in lower case, on one line; the first that fits, since some name others."""

ALLOWED: Final = frozenset(
    {
        "AGPL-3.0",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CECILL-2.1",
        "CECILL-B",
        "CECILL-C",
        "EPL-2.0",
        "EUPL-1.2",
        "GPL-2.0",
        "GPL-3.0",
        "LGPL-2.1",
        "LGPL-3.0",
        "MIT",
        "MPL-2.0",
    }
)
"""The families of SPDX identifiers that administrations may choose for software (CRPA, article D. 323-2-1)."""


def licence_of(text: str) -> str | None:
    """The SPDX identifier of a licence's text, without `-only` and `-or-later`, which it does not say; None for one that is not known."""
    shown = " ".join(text[:LINES].casefold().replace("’", "'").replace(",", ", ").split()).replace(" ,", ",")
    found = next((name for pattern, name in _NAMES if re.search(pattern, shown)), None)
    if found == "BSD":
        return "BSD-3-Clause" if "neither the name" in shown else "BSD-2-Clause"
    return found


def family(identifier: str) -> str:
    """An SPDX identifier without what a text does not say: `GPL-3.0-or-later` is `GPL-3.0`."""
    return re.sub(r"(?:-only|-or-later|\+)$", "", identifier)
