"""The image of a CI's jobs, on a machine without a registry: `python -m venv` and the `pip` of its environments.

Only the download is replaced. `pip install --require-hashes -r FILE` links, into the environment, just those packages that FILE names: each
must be installed here in that version, and have a hash there, which is not compared with what is linked. So an environment has what the
file says and nothing else. All else is done by the real pip: it builds the wheel and installs it. One wheel is built of the same sources.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).absolute()


def make(folder: Path, wheels: Path) -> Path:
    """A folder for the PATH with an image's python. wheels: where built ones are kept."""
    folder.mkdir()
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\nif [ "$1 $2" = "-m venv" ]; then exec {sys.executable} {HERE} venv {wheels} "$3"; fi\nexec {sys.executable} "$@"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    (folder / "python3").symlink_to(python)
    return folder


def _venv(wheels: Path, environment: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = environment / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE} pip {wheels} {environment.absolute()} "$@"\n', encoding="utf-8")
    pip.chmod(0o755)


def _pip(wheels: Path, environment: Path, *arguments: str) -> None:
    if "--require-hashes" in arguments:
        [packages] = environment.glob("lib/python*/site-packages")
        for requirement in _pinned(Path(arguments[arguments.index("-r") + 1])):
            _link(requirement, packages)
        return
    built = environment.parent / "wheels"
    kept = wheels / _digest(Path("eiginfra"))
    if arguments[0] == "wheel" and kept.is_dir():
        shutil.copytree(kept, built)
        return
    real = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    subprocess.run([*real, *arguments], env={**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}, check=True)
    if arguments[0] == "wheel":
        shutil.copytree(built, kept)


def _pinned(file: Path) -> Iterator[Requirement]:
    """The requirements that hold here; each must be one version with a hash."""
    for entry in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        written, *hashes = entry.split(" --hash=")
        requirement = Requirement(written.strip())
        assert hashes, f"{requirement} has no hash"
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def _link(requirement: Requirement, packages: Path) -> None:
    found = importlib.metadata.distribution(requirement.name)
    assert found.version in requirement.specifier, f"{requirement} is pinned, {found.version} is installed here: make lock test"
    for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))


def _digest(sources: Path) -> str:
    every = sha256()
    for path in sorted([*sources.rglob("*.*"), Path("pyproject.toml")]):
        every.update(f"{path}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return every.hexdigest()


if __name__ == "__main__":
    _, _command, _wheels, _environment, *_rest = sys.argv
    _venv(Path(_wheels), Path(_environment)) if _command == "venv" else _pip(Path(_wheels), Path(_environment), *_rest)
