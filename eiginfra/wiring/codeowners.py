"""CODEOWNERS of the checkout's inventories."""

from pathlib import Path

from eiginfra.core.clock import Clock
from eiginfra.core.errors import UsageError
from eiginfra.inventory.folder import DiskFolder, EntryType
from eiginfra.inventory.loader import load_cohort
from eiginfra.review.codeowners import codeowners
from eiginfra.review.people import BasePeople
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.git import Checkout
from eiginfra.wiring.settings import named


def owners(paths: Paths) -> str:
    """The text of CODEOWNERS for all cohorts beside the chosen one, itself included.

    Raises InputError for files that are wrong, UsageError outside a checkout and where nobody may approve.
    """
    paths = named(paths)
    checkout = Checkout.of(paths.anchor)
    folder = (paths.inventory or Path()).resolve()
    if checkout is None or not folder.is_relative_to(checkout.top.resolve()):
        raise UsageError(f"{folder} is in no git checkout of yours: owners are of a repository's files")
    above = DiskFolder(folder.parent)
    found = [name for name, there in above.entries() if there is EntryType.FOLDER and above.folder(name).type("cohort.yml") is not None]
    people = BasePeople({name: load_cohort(above.folder(name)) for name in found}, Clock(paths.as_of).today())
    return codeowners(
        people, "" if folder.parent == checkout.top.resolve() else folder.parent.relative_to(checkout.top.resolve()).as_posix()
    )
