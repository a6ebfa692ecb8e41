"""What the loop remembers between rounds, and over a restart: one small file. If it is lost, things are reported again, no more."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from eiginfra.core.errors import UsageError
from eiginfra.core.text import in_json
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.healing import LoopMemory
from eiginfra.inventory.site import Site


def state_file(site: Site, cohort: str, selection: str = "") -> Path:
    """Where: in the folder that the site names, else beside the journal's file, else in `../.eiginfra` of the site file.

    Each selection has a memory of its own: what it does not look at is not in order again.
    """
    journal = site.file.journal
    default = site.path.absolute().parent.parent / ".eiginfra" if "://" in journal else Path(journal).parent
    part = f"-{sha256(selection.encode()).hexdigest()[:8]}" if selection else ""
    return (site.file.reconcile.state or default) / f"reconcile-{cohort}{part}.json"


def recall(path: Path) -> LoopMemory:
    """What was remembered; an empty memory if there is nothing to be read. Raises UsageError where the file is kept from us."""
    try:
        return LoopMemory.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return LoopMemory()
    except OSError as problem:
        raise _unusable(path, problem) from problem


def sightings(site: Site, cohort: str) -> Sightings:
    """What the loop over the whole cohort saw, if one runs here and its memory may be read."""
    with suppress(UsageError):
        return recall(state_file(site, cohort)).sightings
    return Sightings()


def keep(path: Path, memory: LoopMemory) -> None:
    """Write it, whole or not at all. Raises UsageError if that cannot be done."""
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(in_json(memory.model_dump_json()))
        draft.replace(path)
    except OSError as problem:
        raise _unusable(path, problem) from problem


def _unusable(path: Path, problem: OSError) -> UsageError:
    return UsageError(
        f"what the loop remembers cannot be kept in {path}: {problem.strerror}; name a folder as reconcile.state in the site file"
    )
