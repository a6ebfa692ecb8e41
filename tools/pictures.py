"""Makes the pictures of docs/pictures: handouts and pages of the example cohort, by eiginfra's own commands, on a lab; `make pictures`.

Needs Chromium. People do on the lab's GitLab what `tests/support/lab_activity.py` says, so that there is something to show.
"""

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import yaml
from PIL import Image
from playwright.sync_api import Page
from support.browsing import Scheme, chromium, window
from support.lab_activity import LabActivity

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
BUILD = ROOT / "build" / "pictures"
"""Where the pages stay, for who wants to open them."""
MOST_BYTES = 150_000
COLOURS = 96
END_SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """A part of a page. page: its file below BUILD; scroll: to what, by its id; type: into the search field."""

    name: str
    page: str
    width: int = 1280
    height: int = 860
    scheme: Scheme = "light"
    scroll: str = ""
    search: str = ""


SHOWN = (
    Picture("handout", "handouts/adler.html", height=1180),
    Picture("handout-small", "handouts/adler.html", width=390, height=844, scheme="dark"),
    Picture("overview", "internal/index.html"),
    Picture("projects", "internal/projects.html"),
    Picture("catalogue", "public/catalogue.html", height=700, search="python"),
)


def main() -> int:
    """Start a lab, apply the example, let people work, write handouts and pages, and photograph them."""
    with tempfile.TemporaryDirectory(prefix="eiginfra-pictures-") as temporary, _lab(Path(temporary)) as site:
        shutil.rmtree(BUILD, ignore_errors=True)
        _eiginfra("apply", "--yes", "--site", str(site))
        gitlab = yaml.safe_load(site.read_text(encoding="utf-8"))["gitlab"]
        token = (site.parent / gitlab["token"]["file"]).read_text(encoding="utf-8").strip()
        LabActivity(gitlab["url"], token).fill()
        _eiginfra("handouts", "--site", str(site), "--out", str(BUILD / "handouts"))
        _eiginfra("pages", "build", "--site", str(site), "--out", str(BUILD / "internal"))
        _eiginfra("pages", "build", "--public", "--site", str(site), "--out", str(BUILD / "public"))
    PICTURES.mkdir(exist_ok=True)
    with chromium() as browser, window(browser) as shown:
        for picture in SHOWN:
            shown.look(picture.width, picture.scheme)
            shown.page.set_viewport_size({"width": picture.width, "height": picture.height})
            shown.page.goto(f"{(BUILD / picture.page).as_uri()}{f'#{quote(picture.scroll)}' if picture.scroll else ''}")
            if picture.search:
                shown.page.get_by_role("searchbox").fill(picture.search)
            _save(shown.page, PICTURES / f"{picture.name}.png")
    return 0


def _save(page: Page, path: Path) -> None:
    """With few colours, which pages have anyway, so that the file is small."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes; at most {MOST_BYTES} are wanted")


def _eiginfra(*arguments: str) -> None:
    """A command, as a user gives it."""
    subprocess.run([sys.executable, "-m", "eiginfra", *arguments], cwd=ROOT, check=True)  # noqa: S603 - our own program


@contextmanager
def _lab(folder: Path) -> Iterator[Path]:
    """A lab of its own, on free ports; yields its site file."""
    path = folder / "site.yml"
    command = [sys.executable, "-m", "eiginfra", "lab", "up", "--port", "0", "--site-out", str(path), "--run-dir", str(folder / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own program
        try:
            if process.stdout is None or not process.stdout.readline():
                raise SystemExit("the lab did not start")
            yield path
        finally:
            process.terminate()
            process.wait(timeout=END_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
