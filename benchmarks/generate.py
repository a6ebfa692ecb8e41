"""Cohorts of any size, made for measuring: every team like every other, two members, a mentor, two projects, one or two machines."""

import base64
import hashlib
from pathlib import Path

COHORT = """\
cohort: bench
title: Benchmark
starts: 2019-09-02
ends: 2020-07-01
language: en
contacts: [{{role: EIG Link, email: eig-link@example.org}}]
quota:
  default: {{machines: 3, cores: 4, memory: 2GiB, disk: 64GiB, projects: 10}}
capacity: {{memory: {memory}GiB, cores: {cores}, disk: {disk}GiB}}
"""

TEAM = """\
title: Team {number}
administration: An administration
description: Something of public interest, number {number}
members:
  - {{username: {id}-1, name: Developer 1, email: {id}-1@example.org, role: maintainer, ssh_keys: [{key}]}}
  - {{username: {id}-2, name: Designer 2, email: {id}-2@example.org}}
mentors:
  - {{username: {id}-mentor, name: Mentor, email: {id}-mentor@example.org}}
projects:
  - {{name: api, title: API of team {number}, visibility: public}}
  - {{name: web, title: Site of team {number}, visibility: public}}
machines:
  - {{name: web, image: debian-12, size: small, publish: [{{subdomain: {id}, port: 8080}}]}}
"""

SECOND = """\
  - {name: db, image: debian-12, size: small}
"""
FORWARDED = """\
  - {{name: db, image: debian-12, size: small, forward: [{{public: {public}, port: 22}}]}}
"""


def generate(folder: Path, teams: int, *, forwards: bool = False) -> Path:
    """Write a cohort of that many teams below `folder`; returns its folder.

    Every second team has two machines; with `forwards` every one, and a public port to its second.
    """
    cohort = folder / "bench"
    (cohort / "teams").mkdir(parents=True)
    (cohort / "cohort.yml").write_text(COHORT.format(memory=teams * 2, cores=teams * 4, disk=teams * 64), encoding="utf-8")
    for number in range(1, teams + 1):
        name = f"team-{number:04}"
        second = FORWARDED.format(public=10000 + number) if forwards else SECOND if number % 2 else ""
        text = TEAM.format(number=number, id=name, key=_key(name)) + second
        (cohort / "teams" / f"{name}.yml").write_text(text, encoding="utf-8")
    return cohort


def _key(name: str) -> str:
    """A public key in the right form that belongs to nobody."""
    body = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + hashlib.sha256(name.encode()).digest()
    return f"ssh-ed25519 {base64.b64encode(body).decode()} {name}"
