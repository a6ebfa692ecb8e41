"""Texts of people: one form for each letter, nothing that is not seen, limits everywhere, and look-alikes are told."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from annotated_types import Le, MaxLen
from pydantic import BaseModel
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.checks import check
from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.inventory.model import TeamFile
from eiginfra.inventory.site import SiteFile

Write = Callable[..., Path]
TeamText = Callable[..., str]
HIDDEN = [
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2028",
    "\u2060",
    "\u2066",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u115f",
    "\U000e0041",
    "\ue000",
    "\ufe01",
    "\u2800",
    "\x85",
    "\x9b",
    "\x7f",
    "\x1b",
    "\x00",
]


def wrong(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_cohort(folder)
    return [line(finding) for finding in caught.value.findings]


@pytest.mark.parametrize("sign", HIDDEN, ids=lambda sign: f"{ord(sign):04X}")
def test_attack_9_what_is_not_seen_is_refused_with_its_place(sign: str, cohort: Write, team_text: TeamText) -> None:
    text = team_text("adler", "Équipe").replace("Équipe", f"Équ{sign}ipe")
    assert wrong(cohort({"adler": text}))[0].startswith(
        f"teams/adler.yml:1:11: error: an invisible character stands here (U+{ord(sign):04X})"
    )
    escaped = f'"Équ\\U{ord(sign):08x}ipe"'
    assert wrong(cohort({"adler": team_text("adler", escaped)}))[0].startswith(
        f"teams/adler.yml:1:8: error: an invisible character stands here (U+{ord(sign):04X})"
    )


@pytest.mark.parametrize("file", ["cohort.yml", "site"])
def test_attack_9_so_it_is_in_every_file(file: str, cohort: Write, site: Write) -> None:
    folder, where = cohort(), site()
    path = folder / file if file == "cohort.yml" else where
    path.write_text(path.read_text() + "# a\u202eb\n")
    with pytest.raises(InputError) as caught:
        load_site(where) if file == "site" else load_cohort(folder)
    assert [finding.code for finding in caught.value.findings] == ["invisible-character"]


def test_attack_9_a_lone_surrogate_is_no_text(cohort: Write, team_text: TeamText) -> None:
    assert wrong(cohort({"adler": team_text("adler", '"a\\ud800b"')}))
    assert wrong(cohort({"adler": team_text("adler", "a\ud800b").encode("utf-8", "surrogatepass")}))


def test_emoji_and_unusual_spaces_are_text(cohort: Write, team_text: TeamText) -> None:
    assert (
        load_cohort(cohort({"adler": team_text("adler", "« Équipe\u202f! » ❤\ufe0f œuvre")})).team("adler").title
        == "« Équipe\u202f! » ❤\ufe0f œuvre"
    )


def test_report_14_two_forms_of_a_letter_are_one(cohort: Write, site: Write, team_text: TeamText) -> None:
    text = team_text("adler").replace("One", "Développeuse 1")
    other = text.replace("é", "e\u0301").replace("adler-m", "plume-m")
    cohort_folder = cohort({"adler": text, "plume": other})
    loaded = load_cohort(cohort_folder)
    assert loaded.team("plume").members[0].name == loaded.team("adler").members[0].name
    assert [line(found) for found in check(loaded, load_site(site()), date(2019, 10, 1))] == []


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("АPI", "mixed-scripts"),
        ("АРІ ADLER", "mixed-scripts"),
        ("Adler\u03bf", "mixed-scripts"),
        ("𝐀dler", "mixed-scripts"),
        ("Ａdler", "mixed-scripts"),
        ("https://xn--80ak6aa92e.com", "encoded-label"),
        ("Équipe Ωμέγα", None),
        ("Москва", None),
        ("Œuvre à naître", None),
    ],
)
def test_attack_9_lookalikes_are_told(title: str, code: str | None, cohort: Write, site: Write, team_text: TeamText) -> None:
    found = check(load_cohort(cohort({"adler": team_text("adler", title)})), load_site(site()), date(2019, 10, 1))
    assert [(finding.code, str(finding.location)) for finding in found] == ([(code, "teams/adler.yml:1:8")] if code else [])


def test_attack_9_so_are_encoded_host_names(cohort: Write, site: Write, team_text: TeamText) -> None:
    text = team_text("adler").replace("size: small", "size: small}\nprojects:\n  - {name: api, website: 'https://xn--caf-dma.example.org'")
    found = check(load_cohort(cohort({"adler": text})), load_site(site()), date(2019, 10, 1))
    assert [finding.params["shown"] for finding in found if finding.code == "encoded-label"] == ["café"]


NUMBERS = ("9" * 4400, "9" * 290, "-" + "9" * 290, "0x" + "f" * 240, "1e400", ".inf", ".nan")
PLACES = [
    ("team", "size: small", "cores: {0}, memory: 1GiB, disk: 8GiB"),
    ("team", "size: small", "cores: 1, memory: {0}, disk: 8GiB"),
    ("team", "size: small", "cores: 1, memory: {0}GiB, disk: 8GiB"),
    ("team", "size: small", "cores: 1, memory: 1GiB, disk: {0}GiB"),
    ("team", "size: small", "size: small, id: {0}"),
    ("team", "size: small", "size: small, publish: [{{subdomain: a, port: {0}}}]"),
    ("team", "size: small", "size: small, forward: [{{public: {0}, port: 1}}]"),
    ("team", "size: small", "size: small, mounts: [{{path: /srv, size: {0}GiB}}]"),
    ("team", "name: One", "name: One, until: {0}"),
    ("cohort", "projects: 99", "projects: {0}"),
    ("cohort", "projects: 99", "memory: {0}GiB"),
    ("cohort", "starts: 2019-09-02", "starts: {0}"),
    ("cohort", "quota:", "capacity: {{cores: {0}}}\nquota:"),
    ("cohort", "quota:", "caps: {{members: {0}}}\nquota:"),
    ("cohort", "quota:", "grace: {0}d\nquota:"),
    ("cohort", "quota:", 'grants: [{{team: adler, key: "machines[].cores", max: {0}, reason: r}}]\nquota:'),
    ("site", "ids: 100-250", "ids: 100-{0}"),
    ("site", "cores: 1", "cores: {0}"),
    ("site", "vm: 9012", "vm: {0}"),
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:6])
@pytest.mark.parametrize(("file", "instead_of", "written"), [pytest.param(*place, id=f"{index}") for index, place in enumerate(PLACES)])
def test_attack_9_a_number_without_end_is_a_finding(
    file: str, instead_of: str, written: str, number: str, *, cohort: Write, site: Write, team_text: TeamText
) -> None:
    folder, where = cohort(), site()
    path = {"team": folder / "teams" / "adler.yml", "cohort": folder / "cohort.yml", "site": where}[file]
    text = path.read_text()
    assert instead_of in text
    path.write_text(text.replace(instead_of, written.format(number)))
    with pytest.raises(InputError) as caught:
        load_site(where) if file == "site" else load_cohort(folder)
    assert all(line(finding) for finding in caught.value.findings)


@pytest.mark.parametrize("day", ["1969-12-31", "9999-12-31", "0001-01-01"])
def test_attack_9_days_are_of_this_time(day: str, cohort: Write, team_text: TeamText) -> None:
    assert "is not a day of this time" in wrong(cohort({"adler": team_text("adler").replace("name: One", f"name: One, until: {day}")}))[0]


def fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every field of a model and of those in it: name, type and constraints."""
    if model in seen:
        return
    seen.add(model)
    for name, info in model.model_fields.items():
        yield from parts(f"{model.__name__}.{name}", info.annotation, list(info.metadata), seen)


def parts(name: str, kind: Any, metadata: list[Any], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any, list[Any]]]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from parts(name, arguments[0], [*metadata, *arguments[1:]], seen)
    elif origin in {Union, UnionType}:
        for one in arguments:
            yield from parts(name, one, metadata, seen)
    elif origin in {tuple, dict}:
        yield name, origin, metadata
        for one in arguments:
            yield from parts(name, one, [], seen)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from fields(kind, seen)
    else:
        yield name, kind, metadata


def bounded(metadata: list[Any]) -> bool:
    flat = [item for one in metadata for item in (one, *getattr(one, "metadata", ()))]
    return any(isinstance(item, Le | MaxLen) or getattr(item, "most", None) or getattr(item, "bounded", False) for item in flat)


@pytest.mark.parametrize("model", [TeamFile, CohortFile, SiteFile], ids=lambda model: model.__name__)
def test_attack_9_every_number_text_and_list_has_a_limit(model: type[BaseModel]) -> None:
    found = list(fields(model, set()))
    assert len(found) > 10
    # Amounts have limits with a sentence of their own (cohort.py); where a secret is kept has its rules where it is resolved.
    elsewhere = ("Limit.", "SecretSource.", "KeySource.", "CohortFile.caps")
    assert [
        name
        for name, kind, metadata in found
        if kind in {int, str, tuple, dict} and not bounded(metadata) and not name.startswith(elsewhere)
    ] == []
