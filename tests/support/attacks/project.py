"""A small project whose servers nobody serves, and what the program prints and writes when it is called on it."""

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from eiginfra.cli.main import run

ROOT = Path(__file__).parents[3]
COHORT = {"cohort": "eig3", "title": "EIG 3", "starts": "2019-09-02", "ends": "2020-07-01"}


@dataclass(frozen=True)
class Called:
    """What a command printed on both streams, and its exit code."""

    code: int
    printed: str


def called(arguments: Sequence[str], environment: Mapping[str, str] = {}) -> Called:
    """Run a command in this process."""
    streams = io.StringIO()
    with (
        mock.patch.dict(os.environ, {"NO_COLOR": "1", **environment}),
        mock.patch("eiginfra.providers.http._LONGEST_BACKOFF", 0),
        contextlib.redirect_stdout(streams),
        contextlib.redirect_stderr(streams),
    ):
        code = run([*arguments])
    return Called(code, streams.getvalue())


@dataclass
class Project:
    """Its folder. site: the site file's contents; keys may be changed, and texts written as any JSON text is."""

    folder: Path
    site: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    code: int = 0

    def __post_init__(self) -> None:
        teams = self.folder / "inventories" / "eig3" / "teams"
        teams.mkdir(parents=True)
        shutil.copy(ROOT / "inventories/eig3/teams/adler.yml", teams)
        (teams.parent / "cohort.yml").write_text(yaml.safe_dump(COHORT | {"quota": {}}), encoding="utf-8")
        shutil.copytree(ROOT / "playbooks", self.folder / "playbooks")
        self.site = yaml.safe_load((ROOT / "infra/lab.yml").read_text(encoding="utf-8"))
        (self.folder / "token").write_text("a-token-of-nothing", encoding="ascii")
        for service in ("gitlab", "proxmox"):
            self.site[service] |= {"url": "http://127.0.0.1:1", "token": {"file": "../token"}}
        self.site["proxmox"].pop("ca")
        (self.folder / "eiginfra.yml").write_text(
            "inventory: inventories/eig3\nplaybook: playbooks/site.yml\nsite: infra/site.yml\nas_of: 2019-10-01\n", encoding="utf-8"
        )

    def call(self, *arguments: str) -> int:
        """Run a command; its output is added to `printed`."""
        (self.folder / "infra").mkdir(exist_ok=True)
        # JSON is YAML, and can write every text.
        (self.folder / "infra" / "site.yml").write_text(json.dumps(self.site), encoding="utf-8", errors="surrogatepass")
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            ended = called(arguments, self.environment)
        finally:
            os.chdir(before)
        self.code, self.printed = ended.code, self.printed + ended.printed
        return self.code

    def written(self, without: Iterable[Path] = ()) -> str:
        """What is in all files, but for those that were there for the secret; and their names."""
        kept = {*without, self.folder / "infra" / "site.yml"}
        files = [path for path in self.folder.rglob("*") if path not in kept]
        return "\n".join([*map(str, files), *(path.read_bytes().decode("utf-8", "replace") for path in files if path.is_file())])
