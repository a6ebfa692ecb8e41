"""What is read of a project's files, and what is not claimed."""

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.nowhere import Nowhere

from eiginfra.core.activity import FILES, ProjectActivity
from eiginfra.core.website import WebsiteAnswer
from eiginfra.handouts.openness import OpennessPoint, openness, progress
from eiginfra.handouts.openness.checklist import POINTS
from eiginfra.handouts.openness.licences import family, licence_of
from eiginfra.handouts.openness.publiccode import UnreadableError, missing_keys
from eiginfra.handouts.openness.readme import missing_in
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.model import Team

DAY = date(2020, 1, 15)
URL = "https://adler.example.org/"


def points(
    seen: ProjectActivity | None, *, project: dict[str, Any] | None = None, answer: str | None = None, **cohort: Any
) -> dict[str, Any]:
    file = {"cohort": "eig3", "title": "Promotion 3", "starts": "2019-09-02", "ends": "2020-07-01", **cohort}
    given = {"name": "api", **(project or {})}
    team = Team.model_validate({"id": "adler", "title": "ADLER", "administration": "Cour des comptes", "projects": [given]})
    websites = {URL: WebsiteAnswer(URL, answer)} if answer else {}  # type: ignore[arg-type]
    whole = Cohort(CohortFile.model_validate(file), (team,), Nowhere())
    found = openness(whole, team, team.projects[0], seen, websites=websites, day=DAY)
    assert tuple(point.code for point in found) == POINTS
    return {point.code: point for point in found}


def activity(**values: Any) -> ProjectActivity:
    return ProjectActivity(**{"url": "https://gitlab.example.org/api", "visibility": "public", **values})


def test_of_a_project_that_nobody_could_look_at_nothing_is_claimed() -> None:
    found = points(None)
    assert {point.done for point in found.values()} == {None}
    assert progress(found.values()) == (0, 0)


def test_what_the_server_did_not_tell_is_not_known() -> None:
    found = points(activity(unread=frozenset({"files", "released", "releases", "last_commit", "open_issues"})))
    unknown = {code for code, point in found.items() if point.done is None}
    assert unknown == {"readme", "licence", "contributing", "publiccode", "release", "commits", "issues"}


def test_an_empty_project_has_all_to_do() -> None:
    found = points(activity(open_issues=0))
    assert {code for code, point in found.items() if point.done} == {"published", "issues"}
    assert {code for code, point in found.items() if point.done is None} == set()


@pytest.mark.parametrize(
    ("visibility", "until", "done"),
    [("public", None, True), ("private", "2020-02-01", True), ("private", "2020-01-14", False), ("internal", None, False)],
)
def test_published_or_an_exception_that_is_in_force(visibility: str, until: str | None, *, done: bool) -> None:
    exceptions = [{"project": "api", "reason": "security", "who": "RSSI", "until": until}] if until else []
    assert points(activity(visibility=visibility), exceptions=exceptions)["published"].done is done


def test_topics_are_found_however_they_are_written() -> None:
    programme = {"title": "Entrepreneurs d’intérêt général"}
    assert points(activity(topics=("EIG", "Promotion 3", "adler")), programme=programme)["topics"].done
    assert points(activity(topics=("entrepreneurs-d-interet-general", "eig3")), programme=programme)["topics"].parts == ("adler",)
    assert points(activity(), programme=programme)["topics"].parts == ("eig", "eig3", "adler")
    assert points(activity())["topics"].parts == ("eig3", "adler")


@pytest.mark.parametrize(("answer", "done"), [("answers", True), ("fails", False), ("not_checked", None), (None, None)])
def test_a_website_that_was_not_asked_is_not_known(answer: str | None, *, done: bool | None) -> None:
    assert points(activity(website=URL), answer=answer)["website"].done is done
    assert points(activity(), project={"website": URL}, answer=answer)["website"].done is done


def test_a_quiet_project() -> None:
    assert points(activity(last_commit=datetime(2019, 10, 17, tzinfo=UTC)))["commits"].done is True
    assert points(activity(last_commit=datetime(2019, 10, 16, tzinfo=UTC)))["commits"] == OpennessPoint(
        "commits", done=False, said="quiet", values=(date(2019, 10, 16),)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MIT License\n\nCopyright (c) 2019 DINUM\n", "MIT"),
        ("Permission is hereby granted, free of charge, to any person obtaining", "MIT"),
        ("                    GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3, 19 November 2007", "AGPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "GPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE\n  Version 2, June 1991", "GPL-2.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", "LGPL-3.0"),
        ("  Apache License\n                           Version 2.0, January 2004", "Apache-2.0"),
        ("Mozilla Public License Version 2.0\n======", "MPL-2.0"),
        ("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union", "EUPL-1.2"),
        ("CeCILL FREE SOFTWARE LICENSE AGREEMENT\n\n Version 2.1", "CECILL-2.1"),
        ("CeCILL-B FREE SOFTWARE LICENSE AGREEMENT", "CECILL-B"),
        ("Redistribution and use in source and binary forms … Neither the name of the copyright holder", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"),
        ("LICENCE OUVERTE / OPEN LICENCE\nVersion 2.0", "etalab-2.0"),
        ("All rights reserved.", None),
        ("", None),
    ],
)
def test_licences_are_known_by_their_beginning(text: str, found: str | None) -> None:
    assert licence_of(text) == found


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        ("MIT License", "MIT", "there"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL-3.0-or-later", "there"),
        ("MIT License", None, "there"),
        ("MIT License", "EUPL-1.2", "other"),
        ("Open Licence 2.0", None, "not_allowed"),
        ("Do what you want.", "MIT", "unknown"),
        ("", "MIT", "unread"),
    ],
)
def test_the_licence_is_allowed_and_as_the_file_says(text: str, asked: str | None, said: str) -> None:
    found = points(activity(files={"LICENSE": text}), project={"license": asked} if asked else {})["licence"]
    assert found.said == said
    assert found.done is {"there": True, "unknown": None, "unread": None}.get(said, False)


def test_families() -> None:
    assert (family("GPL-3.0-or-later"), family("AGPL-3.0-only"), family("MIT")) == ("GPL-3.0", "AGPL-3.0", "MIT")


FRENCH = (
    "# API\n\n© Cour des comptes, Entrepreneurs d’intérêt général\n\n## Démarrer\n\nmake\n\n"
    "Écrire à contact@example.org. Contributions bienvenues. Licence MIT."
)
ENGLISH = (
    "API\n===\n\nDeveloped by the team of EIG.\n\nUsage\n-----\n\n"
    "Open an issue: /issues. Contributing is welcome. Released under the MIT license."
)


@pytest.mark.parametrize("readme", [FRENCH, ENGLISH])
def test_a_readme_that_says_it_all(readme: str) -> None:
    assert missing_in(readme, "Cour des comptes", ("Entrepreneurs d’intérêt général", "eig")) == ()


def test_a_readme_that_says_nothing() -> None:
    assert missing_in("Ceci est un projet.", "Cour des comptes", ("x", "y")) == (
        "author",
        "try",
        "contact",
        "contributions",
        "licence",
        "programme",
    )
    assert "programme" not in missing_in("Ceci est un projet.", "Cour des comptes", ())


def test_a_readme_that_cannot_be_read_is_not_judged() -> None:
    assert points(activity(files={"README": ""}))["readme"].done is None
    assert points(activity(files={"README": "short"}))["readme"].said == "short"


WHOLE = """publiccodeYmlVersion: "0.4"
name: api
url: https://example.org
platforms: [web]
developmentStatus: beta
softwareType: standalone/web
description: {fr: {shortDescription: a, longDescription: b, features: [c]}, en: {}}
legal: {license: MIT}
maintenance: {type: none}
localisation: {localisationReady: false, availableLanguages: [fr]}
"""


def test_publiccode() -> None:
    assert missing_keys(WHOLE) == ()
    assert missing_keys(WHOLE.replace("features: [c]", "features: []")) == ("description.features",)
    assert missing_keys("name: api")[0] == "publiccodeYmlVersion"
    assert missing_keys("[1, 2]")[0] == "publiccodeYmlVersion"


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: &a [x]\nb: *a",
        "a: &a {k: 1}\nb: {<<: [*a, *a]}",
        "!!python/object/apply:os.system [id]",
        "a: 2019-99-99",
        "[" * 20_000,
        "\x00",
        "? [a, b]\n: c",
    ],
)
def test_attack_publiccode_that_is_no_plain_yaml(text: str) -> None:
    with pytest.raises(UnreadableError):
        missing_keys(text)


@pytest.mark.parametrize(
    "text", ["#" * 65536, "# " + "a" * 65534, "\n" * 65536, "a@" * 32768, "=" * 65536, "- " * 32768, "`" * 65536, "é" * 32768]
)
def test_attack_hostile_files_are_read_in_moderate_time(text: str) -> None:
    began = time.process_time()
    points(activity(files=dict.fromkeys(FILES, text)), programme={"title": "Entrepreneurs d’intérêt général"})
    assert time.process_time() - began < 5
