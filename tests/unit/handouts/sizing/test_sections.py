"""What is written of sizes, in both languages and both forms."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from markdown_it import MarkdownIt

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.usage import Usage
from eiginfra.core.utilisation import Host, Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.languages import LANGUAGES
from eiginfra.handouts.page import Block, Page
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.handouts.sections.amounts import measured
from eiginfra.handouts.sections.sizing import sizing_sections
from eiginfra.handouts.sections.still_needed import still_needed_section
from eiginfra.handouts.sizing.cohort_sizing import sizing_view
from eiginfra.handouts.sizing.languages import ENGLISH_SIZING, FRENCH_SIZING, SIZING_LANGUAGES
from eiginfra.handouts.team import team_page
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site, SiteFile

GIB, MIB = 2**30, 2**20
UNTIL = datetime(2019, 12, 1, tzinfo=UTC)
HOST = Host("eig", 16, ByteSize(32 * GIB), ByteSize(400 * GIB))
SIZES = {
    "small": {"cores": 1, "memory": "512MiB", "disk": "8GiB"},
    "large": {"cores": 4, "memory": "2GiB", "disk": "32GiB"},
}


def guest(name: str, kind: str = "container", status: str = "running", **values: Any) -> Observed:
    given = {"name": f"adler-{name}", "memory": "2GiB", "disk": "32GiB", **values}
    usage = Usage(machines=1, cores=4, memory=ByteSize(2 * GIB), disk=ByteSize(32 * GIB))
    return Observed(Address(f"proxmox.{kind}", f"eig3/adler/{name}"), given, team="adler", usage=usage, facts={"status": status})


def use(running: float = 1.0, **series: Any) -> Utilisation:
    known = {"cores": Series(0.5, 3.5), "memory": Series(GIB, 1.5 * GIB), "disk": Series(16 * GIB, 24 * GIB), "network": Series(5000, 9000)}
    since = UNTIL - timedelta(days=30)
    return Utilisation(since, UNTIL, 1440, running, since + timedelta(days=30 * running), **{**known, **series})


WELL, OFF, IDLE, LARGE, FULL, NEW, VM = (
    guest("well"), guest("off", status="stopped"), guest("idle"), guest("large"), guest("full"), guest("new"), guest("vm", "vm")
)  # fmt: skip
SEEN = (WELL, OFF, IDLE, LARGE, FULL, NEW, VM)
USED = {
    WELL.address: use(),
    OFF.address: use(0.4),
    IDLE.address: use(cores=Series(0.004, 0.5), network=Series(20, 5000)),
    LARGE.address: use(cores=Series(0.1, 0.7), memory=Series(100 * MIB, 300 * MIB)),
    FULL.address: use(memory=Series(GIB, 1.92 * GIB), disk=Series(29 * GIB, 30 * GIB)),
    VM.address: use(memory=Series(1.9 * GIB, 2 * GIB), memory_at_most=True, disk=None),
}


@pytest.fixture
def said(cohort: Callable[..., Cohort]) -> Callable[..., tuple[str, str]]:
    def make(code: str = "en", observed: Sequence[Observed] = SEEN, hosts: Sequence[Host] = (HOST,), **more: Any) -> tuple[str, str]:
        facts = Facts(day=date(2019, 12, 1), observed=observed, utilisation=more.pop("used", USED), hosts=hosts)
        site = Site("lab", SiteFile.model_validate({"sizes": SIZES}), cohort().document)
        view = sizing_view(cohort(**more), site, facts)
        return shown(sizing_sections(view, cohort(**more), facts, SIZING_LANGUAGES[code]), code)

    return make


def shown(blocks: tuple[Block, ...], code: str) -> tuple[str, str]:
    page = Page("sizing", code, "Sizing", "Lead", blocks)
    html = re.sub(r"<style>.*?</style>", "", render_html(page), flags=re.DOTALL)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("\u202f", " "))
    return re.sub(r" (?=[.,:;)])|(?<=\() ", "", text), render_markdown(page).replace("\u00a0", " ").replace("\u202f", " ")


def test_each_verdict_says_what_to_do(said: Callable[..., tuple[str, str]]) -> None:
    text, _ = said()
    for sentence in (
        "adler-off (ADLER) is off since 13 November 2019 at least.",
        "adler-full (ADLER) will run out of memory: 1.9 GiB of 2 GiB are used.",
        "adler-full (ADLER) will run out of disk space: 30 GiB of 32 GiB are used.",
        "adler-idle (ADLER) does next to nothing: less than 0.01 cores busy and 20 bytes a second over the network, on average.",
        "adler-large (ADLER) has more than it needs: 0.7 of 4 (cores), 300 MiB of 2 GiB (memory).",
        "Write cores: 1, memory: 512MiB, disk: 32GiB in the team’s file.",
        "adler-new (ADLER): not measured",
        "By what machines have, servers that are needed: 2.",
        "By what they use at the most and a margin, servers that are needed: 2.",
    ):
        assert sentence in text
    advice = text[text.index("What to do") : text.index("Still needed?")]
    assert "adler-well" not in advice
    assert "adler-vm" not in advice
    assert re.findall(r"adler-\w+", advice) == ["adler-off", "adler-full", "adler-full", "adler-idle", "adler-large"]


def test_what_is_measured_is_said_in_words_beside_the_bars(said: Callable[..., tuple[str, str]]) -> None:
    text, markdown = said()
    for sentence in (
        "up to 1.5 GiB of 2 GiB, 1 GiB on average",
        "at most 2 GiB of 2 GiB, file caches included",
        "not measured, 32 GiB in all",
        "up to 1.9 GiB of 2 GiB, 1 GiB on average, nearly full",
        "up to 300 MiB of 2 GiB, 100 MiB on average, 512 MiB would do",
    ):
        assert sentence in text
        assert sentence in markdown


def test_servers_with_and_without_a_size(said: Callable[..., tuple[str, str]]) -> None:
    assert "A server like eig bears, without what must stay free: 28.8 GiB of memory, 16 promised cores, 340 GiB of disk." in said()[0]
    assert "The cohort may take of a server: 28 GiB of memory, 32 promised cores." in said(hosts=())[0]
    assert "the number of servers cannot be calculated" in said(hosts=(), capacity=None)[0]
    assert "Larger than a server: adler-" in said(hosts=(), capacity={"memory": "1GiB"})[0]


def test_nothing_to_do_and_nothing_there(said: Callable[..., tuple[str, str]]) -> None:
    assert "Nothing: no machine that was measured" in said(observed=(WELL,))[0]
    assert "There is no machine." in said(observed=())[0]


def test_what_a_machine_told_itself_is_named(said: Callable[..., tuple[str, str]]) -> None:
    told = Observed(
        Address("machine.access", "eig3/adler/vm"), {}, team="adler",
        facts={"memory_total": 2 * GIB, "memory_available": GIB, "disk_total": 32 * GIB, "disk_used": 20 * GIB},
    )  # fmt: skip
    text, _ = said(observed=(VM, told))
    assert "1 GiB of 2 GiB, when last visited" in text
    assert "20 GiB of 32 GiB, when last visited" in text


def test_in_french(said: Callable[..., tuple[str, str]]) -> None:
    text, markdown = said("fr")
    for sentence in (
        "adler-off (ADLER) est arrêtée depuis le 13 novembre 2019 au moins.",
        "jusqu’à 1,5 Gio sur 2 Gio, 1 Gio en moyenne",
        "moins de 0,01 cœur occupé et 20 octets par seconde sur le réseau, en moyenne.",
        "Prochaine fois: le 2 décembre 2019.",
        "28,8 Gio de mémoire",
    ):
        assert sentence in text
    assert "arrêtée depuis" in markdown


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_team_is_asked_in_its_handout(cohort: Callable[..., Cohort], code: str) -> None:
    facts = Facts(day=date(2019, 12, 1), observed=SEEN, utilisation=USED, hosts=(HOST,))
    site = Site("lab", SiteFile.model_validate({"sizes": SIZES}), cohort().document)
    view = sizing_view(cohort(), site, facts)
    section = still_needed_section("adler", view, cohort(), facts, code)
    assert section is not None
    text, _ = shown((section,), code)
    assert re.findall(r"adler-\w+", text) == ["adler-off", "adler-idle"]
    assert {"fr": "13 novembre 2019", "en": "13 November 2019"}[code] in text
    assert still_needed_section("plume", view, cohort(), facts, code) is None


def test_the_teams_handout_has_the_question(cohort: Callable[..., Cohort], site: Callable[..., Site]) -> None:
    facts = Facts(day=date(2019, 12, 1), observed=SEEN, utilisation=USED, hosts=(HOST,))
    made = HandoutContext(cohort(), site(), facts, LANGUAGES["en"])
    adler, plume = (team_page(made.views[team], made) for team in ("adler", "plume"))
    assert "still-needed" in {section.id for section in adler.sections}
    assert "still-needed" not in {section.id for section in plume.sections}


def test_a_page_is_the_same_while_what_it_shows_is(cohort: Callable[..., Cohort], site: Callable[..., Site]) -> None:
    def made(cores: float) -> tuple[Block, ...]:
        used = {WELL.address: use(cores=Series(cores, 3.5))}
        facts = Facts(day=date(2019, 12, 1), observed=(WELL,), utilisation=used, hosts=(HOST,))
        return sizing_sections(sizing_view(cohort(), site(), facts), cohort(), facts, SIZING_LANGUAGES["fr"])

    assert made(0.52) == made(0.5201) != made(0.55)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "x" * 200, "a\nb", "שלום", "%s %(x)s", "[a](javascript:b)"])
def test_hostile_names_are_shown_as_they_are(said: Callable[..., tuple[str, str]], name: str) -> None:
    odd = [replace(each, values={**each.values, "name": name}) for each in SEEN]
    text, markdown = said(observed=odd, capacity={"memory": "1GiB"}, hosts=())
    assert "alert" not in text or "&lt;script&gt;" in text
    tokens = [child for token in MarkdownIt().parse(markdown) for child in (token, *(token.children or ()))]
    assert "link_open" not in {token.type for token in tokens}
    assert all(token.content.startswith("<!-- ") for token in tokens if token.type.startswith("html_"))


def test_both_languages_say_the_same() -> None:
    assert FRENCH_SIZING.keys() == ENGLISH_SIZING.keys()
    for key, sentence in FRENCH_SIZING.items():
        assert sentence.count("%s") == ENGLISH_SIZING[key].count("%s"), key


@pytest.mark.parametrize(
    ("measure", "amount", "text"),
    [
        ("cores", 0, "0"),
        ("cores", 0.004, "less than 0.01"),
        ("cores", 0.456, "0.46"),
        ("cores", 3.96, "4"),
        ("cores", 1.25, "1.2"),
        ("memory", 0, "0 bytes"),
        ("memory", 700, "700 bytes"),
        ("memory", 380.4 * MIB, "380 MiB"),
        ("disk", 1.54 * GIB, "1.5 GiB"),
        ("disk", 340 * GIB, "340 GiB"),
        ("disk", 2.0**60, "1048576 TiB"),
    ],
)
def test_measured_amounts_are_rounded(measure: Any, amount: float, text: str) -> None:
    assert measured(measure, amount, SIZING_LANGUAGES["en"]).replace("\u00a0", " ") == text
