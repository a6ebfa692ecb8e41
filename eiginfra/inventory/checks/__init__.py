"""What the files say against each other, against the site and against the calendar; no server is asked.

What may not live here: quotas and capacity. The engine counts them, from resources.
"""

from collections.abc import Sequence
from datetime import date

from eiginfra.core.finding import Finding
from eiginfra.inventory.checks.calendar import check_calendar
from eiginfra.inventory.checks.gateway_accounts import check_gateway_accounts
from eiginfra.inventory.checks.grants import check_grants
from eiginfra.inventory.checks.lookalikes import check_lookalikes
from eiginfra.inventory.checks.names import check_names
from eiginfra.inventory.checks.openness import check_openness
from eiginfra.inventory.checks.people import check_accounts, check_people
from eiginfra.inventory.checks.publishing import check_gateway, check_publishing
from eiginfra.inventory.checks.siblings import check_siblings
from eiginfra.inventory.checks.supply import check_supply
from eiginfra.inventory.checks.theme import check_theme
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site
from eiginfra.inventory.validation import ordered

__all__ = ["check", "check_inventory"]


def check(cohort: Cohort, site: Site, as_of: date, siblings: Sequence[Cohort] = ()) -> list[Finding]:
    """Every finding about the inventory, in order of place: also those of loading it. siblings: the other cohorts of the site."""
    return ordered(
        [
            *cohort.findings,
            *check_inventory(cohort),
            *check_calendar(cohort, as_of),
            *check_lookalikes(cohort),
            *check_supply(cohort, site),
            *check_gateway(cohort, site),
            *check_gateway_accounts(cohort, site),
            *check_grants(cohort, site, as_of),
            *check_openness(cohort, as_of),
            *check_siblings(cohort, siblings, as_of),
            *check_accounts(cohort, siblings),
        ]
    )


def check_inventory(cohort: Cohort) -> list[Finding]:
    """The part that needs neither site nor day."""
    return [*check_names(cohort), *check_people(cohort), *check_publishing(cohort), *check_theme(cohort)]
