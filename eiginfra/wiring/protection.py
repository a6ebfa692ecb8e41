"""What a team's file no longer protects stays protected, until cohort.yml grants that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, warning
from eiginfra.core.resource import Record, Resource
from eiginfra.inventory.cohort import Cohort

PROTECT = "protect"
"""The label under which a resource's origins say where its protection is written."""


def still_protected(
    cohort: Cohort, resources: Sequence[Resource], records: Mapping[Address, Record], today: date
) -> tuple[list[Resource], list[Finding]]:
    """The resources as they are protected, and a warning for each that a team's file protects no more without a grant."""
    granted = {grant.team for grant in cohort.file.grants if grant.key == "machines[].protect" and not grant.over(today)}
    files = {team: document.file for team, document in cohort.documents.items()}
    kept, told = list(resources), []
    for number, resource in enumerate(resources):
        record = records.get(resource.address)
        if resource.protect or record is None or not record.protect or resource.team in granted or resource.team is None:
            continue
        place = resource.origins.get(PROTECT)
        if place is not None and place.file == files.get(resource.team):
            kept[number] = replace(resource, protect=True)
            told.append(warning("protect-taken-off", address=str(resource.address), location=place, team=resource.team))
    return kept, told
