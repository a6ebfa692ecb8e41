"""What one apply may remove: by the command line, else by the cohort's caps."""

from collections.abc import Callable

from eiginfra.inventory.cohort import Cohort


def allowed_removals(cohort: Cohort, allowed: int | None) -> Callable[[str, int, int], str | None]:
    """For a kind of entry, the number removed and the number of all: the cap that refuses it, in words; None where it may be.

    allowed: the number that the command line allows instead of the caps.
    """

    def refuses(what: str, removed: int, total: int) -> str | None:
        if allowed is not None:
            return None if removed <= allowed else f"{allowed} (--allow-removals)"
        cap = cohort.cap(what)
        return None if cap is None or cap.allows(removed, total) else str(cap)

    return refuses
