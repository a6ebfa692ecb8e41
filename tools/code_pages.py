"""Writes docs/codes: a page for each code of a finding, from the catalogue; `make codes`."""

import sys
from pathlib import Path

from eiginfra.render.code_page import code_page, own_codes

FOLDER = Path(__file__).parents[1] / "docs" / "codes"


def main() -> int:
    """Write the pages of all codes, and remove those of codes that are no more."""
    pages = {f"{code}.md": code_page(code) for code in own_codes()}
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
