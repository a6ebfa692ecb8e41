"""The playbooks that come with eiginfra. They are used by name, not copied, so that an upgrade reaches every repository."""

from collections.abc import Iterable
from importlib.resources import files

from eiginfra.inventory.document import YamlDocument, parse_document
from eiginfra.inventory.settings import PACKAGED


def packaged_playbooks() -> Iterable[str]:
    """Their names: `eiginfra:site`."""
    return sorted(f"{PACKAGED}{file.name.removesuffix('.yml')}" for file in files(__name__).iterdir() if file.name.endswith(".yml"))


def packaged_playbook(name: str) -> YamlDocument | None:
    """The document of a packaged playbook; its name is the file's in findings. None if there is none of that name."""
    if name not in packaged_playbooks():
        return None
    return parse_document((files(__name__) / f"{name.removeprefix(PACKAGED)}.yml").read_bytes(), name)
