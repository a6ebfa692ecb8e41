"""What a guest was made from. Proxmox VE does not record it: the site's image is found by what the guest still shows, or it is asked for.

It is used only when a machine is made, so that one that is wrong changes nothing of what is there.
"""

from dataclasses import dataclass

from eiginfra.core.resource import Observed
from eiginfra.importing.gather import GUESTS
from eiginfra.inventory.site import Image, Site


@dataclass(frozen=True)
class Guess:
    """The image, None where nothing tells it from others; whether it is certain; which ones it may be."""

    image: str | None
    certain: bool
    maybe: tuple[str, ...]


def image_of(guest: Observed, site: Site) -> Guess:
    """The site's image of a guest: certain of a linked clone, whose disk names its template; else the one image that fits."""
    sort = GUESTS[guest.address.kind]
    images = {name: image for name, image in site.file.images.items() if getattr(image, sort) is not None}
    template = guest.facts.get("template")
    if template is not None:
        names = tuple(name for name, image in images.items() if image.vm == template)
        return Guess(names[0] if names else None, certain=True, maybe=names)
    fits = tuple(name for name, image in images.items() if _fits(guest, image))
    return Guess(fits[0] if len(fits) == 1 else None, certain=False, maybe=fits)


def _fits(guest: Observed, image: Image) -> bool:
    """By the system of a container, which is how templates are called; by the user that cloud-init makes in a VM."""
    if GUESTS[guest.address.kind] == "vm":
        login = guest.facts.get("login")
        return image.user is not None and image.user == login
    system = guest.facts.get("system")
    file = str(image.container).rpartition("/")[2]
    return isinstance(system, str) and file.partition("-")[0].lower() == system.lower()
