"""Which files a command works on: its options first, then eiginfra.yml."""

from dataclasses import replace
from pathlib import Path

from eiginfra.core.errors import UsageError
from eiginfra.inventory.loader import load_settings
from eiginfra.wiring.asked import SETTINGS, Paths


def named(paths: Paths) -> Paths:
    """The same with what is None taken from eiginfra.yml; `settings` stays None where there is no such file.

    Raises UsageError when a file is named nowhere, InputError for bad settings.
    """
    file = paths.settings or (SETTINGS if SETTINGS.exists() else None)
    settings = load_settings(file) if file is not None else None

    def path(what: str, option: str) -> Path:
        found = getattr(paths, what) or (getattr(settings, what) if settings else None)
        if found is None:
            msg = f"no {what} is named: give {option}, or write `{what}:` in {SETTINGS}"
            raise UsageError(msg)
        return Path(found)

    return replace(
        paths,
        settings=file,
        inventory=path("inventory", "-i"),
        playbook=path("playbook", "--playbook"),
        site=path("site", "--site"),
        as_of=paths.as_of or (settings.as_of if settings else None),
    )
