"""What a team's file may not have by itself is an error of `check`, until cohort.yml grants it."""

# ruff: noqa: E501 - whole files in a line

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.checks import check
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.inventory.schema import schemas

Write = Callable[..., Path]
TODAY = date(2019, 10, 1)
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {projects: 9}}\n"
TEAM = """\
title: T
administration: A
members: [{username: %s, email: m@example.org}]
mentors: [{username: n, email: n@example.org}]
machines:
  - {name: web, image: debian-12, %s}
"""
SIZES = "sizes: {small: {cores: 1, memory: 512MiB, disk: 8GiB}, huge: {cores: 8, memory: 16GiB, disk: 200GiB, privileged: true}}"
CASES = [
    ("size: small, id: 120", "m", "machines[].id", "value: 120"),
    ("size: small, protect: false", "m", "machines[].protect", "value: false"),
    ("size: huge", "m", "machines[].size", "value: huge"),
    ("cores: 2, memory: 512MiB, disk: 8GiB", "m", "machines[].cores", "max: 2"),
    ("cores: 1, memory: 4GiB, disk: 8GiB", "m", "machines[].memory", "max: 4GiB"),
    ("cores: 1, memory: 512MiB, disk: 9GiB", "m", "machines[].disk", "max: 9GiB"),
    ("size: small", "root", "members[].username", "value: root"),
]


def found(cohort: Write, site: Write, machine: str, member: str, grants: str = "") -> list[str]:
    folder = cohort({"adler": TEAM % (member, machine)}, COHORT + grants)
    text = site().read_text()
    path = site(text[: text.index("sizes:")] + SIZES + text[text.index("\nimages:") :])
    return [line(finding) for finding in check(load_cohort(folder), load_site(path), TODAY)]


@pytest.mark.parametrize(("machine", "member", "key", "form"), CASES)
def test_attack_4_what_is_privileged_needs_a_grant(machine: str, member: str, key: str, form: str, *, cohort: Write, site: Write) -> None:
    (said,) = found(cohort, site, machine, member)
    assert said.startswith("teams/adler.yml:")
    assert f'{{team: adler, key: "{key}", {form}, reason: …}}' in said
    grant = f'grants: [{{team: adler, key: "{key}", {form}, reason: asked by the team'
    assert found(cohort, site, machine, member, f"{grant}, until: {TODAY}}}]\n") == []
    (over,) = found(cohort, site, machine, member, f"{grant}, until: 2019-09-30}}]\n")
    assert "was allowed until 2019-09-30" in over
    assert "also cohort.yml:6" in over
    # Another team's grant, or one for another value, allows nothing.
    assert "no grant allows it" in found(cohort, site, machine, member, f"{grant}}}]\n".replace("team: adler", "team: plume"))[-1]


def test_attack_4_a_grant_is_for_its_value_alone(cohort: Write, site: Write) -> None:
    said = found(cohort, site, "size: small, id: 121", "m", 'grants: [{team: adler, key: "machines[].id", value: 120, reason: r}]\n')
    assert [part.split(": ", 2)[1] for part in said] == ["notice", "error"]
    said = found(
        cohort, site, "cores: 4, memory: 512MiB, disk: 8GiB", "m", 'grants: [{team: adler, key: "machines[].cores", max: 3, reason: r}]\n'
    )
    assert [part.split(": ", 2)[1] for part in said] == ["notice", "error"]


def test_attack_4_a_grant_that_nothing_needs_is_told(cohort: Write, site: Write) -> None:
    text = 'grants:\n  - {team: adler, key: "machines[].id", value: 120, reason: r}\n  - {team: gone, key: "machines[].id", value: 1, reason: r}\n'
    assert [part.split(" (")[0] for part in found(cohort, site, "size: small", "m", text)] == [
        "cohort.yml:7:5: notice: nothing in adler's file needs this grant",
        "cohort.yml:8:5: notice: this grant is for the team 'gone', which does not exist",
    ]


@pytest.mark.parametrize(
    "grant",
    [
        'key: "machines[].id", reason: r',
        'key: "machines[].id", max: 120, reason: r',
        'key: "machines[].memory", value: 4GiB, reason: r',
        'key: "machines[].memory", max: 4, reason: r',
        'key: "machines[].cores", max: 4GiB, reason: r',
        'key: "machines[].memory", max: 4GB, reason: r',
        'key: "machines[].everything", value: 1, reason: r',
        'key: "machines[].id", value: 120',
    ],
)
def test_a_grant_has_one_form(grant: str, cohort: Write, site: Write) -> None:
    with pytest.raises(InputError) as caught:
        found(cohort, site, "size: small", "m", f"grants: [{{team: adler, {grant}}}]\n")
    assert [finding.location.file for finding in caught.value.findings if finding.location] == ["cohort.yml"]


def test_the_schema_knows_the_two_forms() -> None:
    validator = Draft202012Validator(schemas()["cohort"])

    def valid(grant: str) -> bool:
        return validator.is_valid(parse_document(f"{COHORT}grants: [{{team: adler, {grant}, reason: r}}]\n".encode()).data)

    assert valid('key: "machines[].id", value: 120')
    assert valid('key: "machines[].cores", max: 4')
    assert not valid('key: "machines[].id", max: 120')
    assert not valid('key: "machines[].cores", value: 4')
