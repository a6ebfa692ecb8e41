"""From the histories that a server keeps of machines to what is said of their sizes."""

from typing import Any

import pytest
import requests

from eiginfra.handouts.page import Page
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.sections.sizing import sizing_sections
from eiginfra.handouts.sections.still_needed import still_needed_section
from eiginfra.handouts.sizing.cohort_sizing import SizingView, sizing_view
from eiginfra.handouts.sizing.languages import SIZING_LANGUAGES
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.facts import FactsAsked, facts_of
from eiginfra.wiring.workspace import Workspace


def control(place: Any, **settings: Any) -> None:
    url, ca = f"{place.lab.urls['proxmox']}/_lab/proxmox", str(place.folder / "site" / "proxmox-ca.pem")
    assert requests.put(url, json=settings, verify=ca, timeout=10).status_code == 200


def verdicts(view: SizingView) -> dict[str, str]:
    return {machine.host: machine.verdict.value for machine in view.machines}


@pytest.mark.parametrize("code", ["fr", "en"])
def test_what_machines_use_becomes_a_page(place: Any, code: str) -> None:
    assert place.call("apply", "--yes").code == 0
    (spark,) = (guest for guest in place.proxmox("GET", "/nodes/eig/qemu") if guest["name"] == "open-chronic-spark")
    web, graph, karfur = (str(place.guest(name)) for name in ("adler-web", "adler-graph", "karfur-web"))
    control(
        place,
        loads={
            web: {"load": "full", "days": 31},
            graph: {"load": "idle", "days": 31, "another": 20},
            karfur: {"load": "busy", "days": 31, "stopped": [20, 0]},
            str(spark["vmid"]): {"load": "idle", "days": 31},
        },
        guests={karfur: {"running": False}},
    )
    with Workspace.load(Paths()) as workspace:
        workspace.checked()
        facts = facts_of(workspace, FactsAsked(utilisation=True, plan=True))
        cohort, view = workspace.cohort, sizing_view(workspace.cohort, workspace.site, facts)
    assert verdicts(view) == {"adler-graph": "idle", "adler-web": "nearly-full", "karfur-web": "stopped", "open-chronic-spark": "idle"}
    assert [host.name for host in view.hosts] == ["eig"]
    assert view.as_asked is not None
    assert len(view.as_asked.servers) == 1
    page = render_html(Page("sizing", code, "Sizing", "", sizing_sections(view, cohort, facts, SIZING_LANGUAGES[code])))
    for host in verdicts(view):
        assert host in page
    sections = {team.id: still_needed_section(team.id, view, cohort, facts, code) is not None for team in cohort.teams}
    assert sections == {"adler": True, "karfur": True, "open-chronic": True}


def test_machines_just_made_are_not_judged(place: Any) -> None:
    assert place.call("apply", "--yes").code == 0
    with Workspace.load(Paths()) as workspace:
        workspace.checked()
        facts = facts_of(workspace, FactsAsked(utilisation=True))
        view = sizing_view(workspace.cohort, workspace.site, facts)
    assert {*verdicts(view).values()} == {"unmeasured"}
    assert still_needed_section("adler", view, workspace.cohort, facts, "fr") is None
