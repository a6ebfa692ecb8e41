from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Observed
from eiginfra.handouts.en import ENGLISH
from eiginfra.handouts.fr import FRENCH
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site, SiteFile

from .conftest import Nowhere, context, raw, texts

Pages = Callable[..., dict[str, str]]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLT{}uLi4uLi4uLi4uLi4uLi4u"
Standing = tuple[Observed, ...]
PROXMOX = {
    "url": "https://proxmox.example.org:8006",
    "token_id": "eiginfra@pve!ci",
    "token": {"env": "TOKEN"},
    "nodes": ["eig"],
    "storage": {"disks": "local-lvm"},
    "network": {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "ids": "100-250"},
}


def section(page: str, title: str) -> str:
    """A section of a Markdown page."""
    return page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0].strip()


def test_the_pages(pages: Pages) -> None:
    names = ["index", "adler", "adler.adler-1", "adler.adler-2", "adler.adler-mentor", "plume"]
    assert list(pages()) == [f"{name}.{ending}" for name in names for ending in ("html", "md")]


def test_a_team_named_index_does_not_hide_the_index(pages: Pages, adler: dict[str, Any]) -> None:
    made = pages(teams=({**adler, "id": "index"},))
    assert list(made)[:5] == ["index.html", "index.md", "index_.html", "index_.md", "index.adler-1.html"]
    assert '<a href="index_.html">ADLER</a>' in made["index.html"]


def test_who_in_french(pages: Pages, standing: Standing) -> None:
    page = pages(*standing)["adler.md"]
    assert "- Dates – du 2 septembre 2019 au 1er juillet 2020" in section(page, "L’essentiel")
    assert section(page, "L’équipe").splitlines()[2:6] == [
        "| [adler-1](adler.adler-1.md) – Développeuse 1 | membre | developer | 15 juin 2020 |",  # as seen
        "| [adler-2](adler.adler-2.md) | membre | pas encore donné – aucun compte constaté | 1er juillet 2020 |",
        "| [adler-mentor](adler.adler-mentor.md) | mentor | reporter | sans date de fin |",
        "| `guest-9` | hors de l’équipe | guest | sans date de fin |",
    ]


def test_who_in_english(pages: Pages, standing: Standing) -> None:
    page = pages(*standing, language="en")["adler.md"]
    assert "- Dates – 2 September 2019 to 1 July 2020" in section(page, "In short")
    assert "| [adler-2](adler.adler-2.md) | member | not given yet – no account seen | 1 July 2020 |" in section(page, "The team")
    assert "> As seen on 1 October 2019." in page


@pytest.mark.parametrize(
    ("realm", "language", "said"),
    [
        (
            "pve",
            "en",
            "(accounts: `adler-1@pve`, `adler-2@pve`). Choose the realm “pve” to sign in. The contacts below set your first password.",
        ),
        ("gitlab", "en", "Choose the realm “gitlab” and sign in with GitLab: no other password is needed."),
        ("gitlab", "fr", "Choisissez le domaine « gitlab » et connectez-vous avec GitLab : aucun autre mot de passe n’est nécessaire."),
    ],
)
def test_how_to_sign_in_on_proxmox_once_the_accounts_stand(cohort: Callable[..., Cohort], realm: str, language: str, said: str) -> None:
    site = Site("lab", SiteFile.model_validate({"proxmox": PROXMOX | {"realm": realm}}), Nowhere())
    members = [{"user": f"adler-{number}@{realm}"} for number in (1, 2)]
    group = Observed(Address("proxmox.group", "eig3-adler"), {"members": members}, team="adler")
    for observed, there in (((group,), True), ((), False)):
        made = texts(context(*observed, cohort=cohort(language=language), site=site))
        page = made["adler.md"]
        assert (said in page) is there


def test_gitlab(pages: Pages, standing: Standing) -> None:
    page = pages(*standing)["adler.md"]
    text = section(page, "GitLab")
    url = "https://gitlab.example.org/eig/eig3/adler/api"
    assert "Groupe de l’équipe : [eig/eig3/adler](<https://gitlab.example.org/eig/eig3/adler>)" in text
    assert text.splitlines()[-2:] == [
        f"| [API ADLER](<{url}>) | privé | `git@gitlab.example.org:eig/eig3/adler/api.git` | `{url}.git` |",
        "| carte | pas encore créé | – | – |",
    ]


def test_machines(pages: Pages, standing: Standing, old: Observed) -> None:
    assert section(pages(*standing, old)["adler.md"], "Machines").splitlines()[2:] == [
        "| `adler-web` | conteneur | en marche | `192.168.0.107` | 107 | 2 | 512 Mio | 8 Gio |",
        "| `adler-db` | machine virtuelle | arrêtée | `192.168.0.108` | 108 | 2 | 512 Mio | 8 Gio |",
        "| `adler-lab` | conteneur | pas encore créé | – | – | – | – | – |",
        "| `adler-old` – absent de votre fichier | conteneur | en marche | `192.168.0.109` | 109 | 2 | 512 Mio | 8 Gio |",
    ]


def test_a_change_that_waits(pages: Pages, standing: Standing) -> None:
    waiting = replace(standing[3], waiting={"memory": "a restart"})
    assert "en marche – changement en attente : mémoire |" in pages(waiting)["adler.md"]
    assert '<span class="mark good">running</span><br>change waiting: memory</td>' in pages(waiting, language="en")["adler.html"]


def test_quota(pages: Pages, standing: Standing, old: Observed) -> None:
    assert section(pages(*standing, old)["adler.md"], "Quota").splitlines()[2:] == [
        "| Machines | 3 sur 3, reste 0 |",
        "| Cœurs | 6 sur 4, dépassé de 2 |",
        "| Mémoire | 1,5 Gio sur 2 Gio, reste 512 Mio |",
        "| Disque | 24 Gio sur 40 Gio, reste 16 Gio |",
        "| Projets | 1 (sans limite) |",
    ]
    assert '<td class="number bad">6 of 4, exceeded by 2</td>' in pages(*standing, old, language="en")["adler.html"]


def test_nothing_stands_yet(pages: Pages) -> None:
    made = pages()
    page = made["adler.md"]
    assert "Groupe de l’équipe : pas encore créé" in page
    assert page.count("pas encore créé") == 1 + 1 + 2 + 3  # the first says what it means
    assert page.count("pas encore donné") == 3
    assert "Il n’y a pas encore de machine à laquelle se connecter." in page
    for never in ("192.168", "gitlab.example.org", "en marche", "HostName"):
        assert never not in page + made["adler.html"]


def test_a_team_that_asked_for_nothing(pages: Pages) -> None:
    page = pages(contacts=[])["plume.md"]
    for sentence in ("Personne n’est encore inscrit", "Aucun projet", "Aucune machine", "Aucun contact"):
        assert sentence in page
    assert "Adresses publiques" not in page


def test_what_stands_of_others_is_on_no_page(pages: Pages, standing: Standing) -> None:
    page = pages(*(replace(each, team="plume") for each in standing))["adler.md"]
    assert "192.168" not in page


def test_public_names_without_a_gateway(pages: Pages, standing: Standing) -> None:
    text = section(pages(*standing)["adler.md"], "Adresses publiques")
    assert text.startswith("Ce site n’a pas encore de passerelle :")
    assert "| `adler` | port 8080 de `adler-web` | pas encore en service |" in text
    assert "| `10222` | port 22 de `adler-web` | pas encore en service |" in text


def test_public_names_with_a_gateway(pages: Pages, standing: Standing) -> None:
    text = section(pages(*standing, gateway=True, language="en")["adler.md"], "Public addresses")
    assert "| `adler.eig-apps.example.org` | port 8080 of `adler-web` | not in service yet |" in text
    assert "| `eig.example.org:10222` | port 22 of `adler-web` | not in service yet |" in text
    assert "no gateway" not in text


def gateway_thing(kind: str, key: str, waiting: tuple[str, ...] = (), **values: JsonValue) -> Observed:
    reasons = dict.fromkeys(waiting, Reason(code="restart"))
    return Observed(Address(kind, key), values, team="adler", waiting=reasons)


SUBDOMAIN = "adler.eig-apps.example.org"


@pytest.mark.parametrize(
    ("seen", "english", "french"),
    [
        ([gateway_thing("gateway.subdomain", SUBDOMAIN, https=True)], "in service", "en service"),
        (
            [gateway_thing("gateway.subdomain", SUBDOMAIN, waiting=("https",), https=True)],
            "waiting for its certificate",
            "en attente de son certificat",
        ),
        (
            [gateway_thing("gateway.subdomain", SUBDOMAIN, https=False)],
            "waiting for its certificate",
            "en attente de son certificat",
        ),
    ],
)
def test_a_sub_domain_says_whether_it_answers(pages: Pages, standing: Standing, seen: list[Observed], english: str, french: str) -> None:
    for language, words in (("en", english), ("fr", french)):
        page = pages(*standing, *seen, gateway=True, language=language)["adler.md"]
        assert (f"[{SUBDOMAIN}](<https://{SUBDOMAIN}/>)" in page) is words.startswith(("in", "en service"))
        assert f" `adler-web` | {words} |" in page


def test_a_public_port_is_in_service_or_closed(pages: Pages, standing: Standing) -> None:
    for closed, words in ((False, "in service"), (True, "closed for now")):
        forward = gateway_thing("gateway.forward", "10222/tcp", closed=closed)
        page = pages(*standing, forward, gateway=True, language="en")["adler.md"]
        assert f"| `eig.example.org:10222` | port 22 of `adler-web` | {words} |" in page
        assert "not in service yet" in page  # the sub-domain


def test_what_nothing_listens_on_is_said(pages: Pages, standing: Standing) -> None:
    made = gateway_thing("gateway.subdomain", SUBDOMAIN, https=True)
    for listening, words in (([22], "made; nothing answers on that port of the machine yet"), ([22, 8080], "in service")):
        inside = Observed(Address("machine.access", "eig3/adler/web"), {"keys": []}, team="adler", facts={"listening": [*listening]})
        page = pages(*standing, made, inside, gateway=True, language="en")["adler.md"]
        assert f" `adler-web` | {words} |" in page


def test_of_a_public_port_too_in_its_protocol(pages: Pages, standing: Standing, adler: dict[str, Any]) -> None:
    [web, *others] = adler["machines"]
    forwards = [{"public": 10222, "port": 22}, {"public": 10223, "port": 53, "protocol": "udp"}]
    team = {**adler, "machines": [{**web, "forward": forwards}, *others]}
    made = [gateway_thing("gateway.forward", f"{port}", closed=False) for port in ("10222/tcp", "10223/udp")]
    facts: dict[str, JsonValue] = {"listening": [22, 53], "listening_udp": [68]}
    inside = Observed(Address("machine.access", "eig3/adler/web"), {"keys": []}, team="adler", facts=facts)
    page = pages(*standing, *made, inside, gateway=True, teams=(team,), language="en")["adler.md"]
    assert "| `eig.example.org:10222` | port 22 of `adler-web` | in service |" in page
    assert "10223/udp` | port 53 of `adler-web` | made; nothing answers on that port of the machine yet |" in page


def test_whose_keys_were_seen_on_a_machine(pages: Pages, standing: Standing, adler: dict[str, Any]) -> None:
    members = [{**member, "ssh_keys": [KEY.format(number)]} for number, member in enumerate(adler["members"])]
    keys: list[JsonValue] = [{"person": "adler-1", "key": KEY.format(0)}]
    inside = Observed(Address("machine.access", "eig3/adler/web"), {"keys": keys}, team="adler", facts={"host_key": f"SHA256:{'B' * 43}"})
    made = pages(*standing, inside, gateway=True, teams=({**adler, "members": members},), language="en")
    assert f"| `adler-web` | `adler-1` – not yet: adler-2 | `SHA256:{'B' * 43}` |" in made["adler.md"]
    assert "not yet: adler-2" in made["adler.html"]
    assert "The SSH keys of your team’s file give access." not in made["adler.md"]  # no account, so no configuration


def test_rules_and_contacts(pages: Pages) -> None:
    page = pages()["adler.md"]
    for word in ("prototypes", "docker: true"):
        assert word in page
    assert "32" not in section(page, "Les règles du serveur partagé")  # nobody saw its size
    assert "- EIG Link : [eig-link@example.org](<mailto:eig-link@example.org>) ([site](<https://example.org/eig-link>))" in page


def test_nobodys_address_but_the_contacts(pages: Pages, standing: Standing) -> None:
    for page in pages(*standing, gateway=True).values():
        assert "adler-1@example.org" not in page
        assert "adler-mentor@example.org" not in page


def test_the_index(pages: Pages, standing: Standing) -> None:
    page = pages(*standing)["index.md"]
    assert "| [ADLER](adler.md) | Ministère de l’Action et des comptes publics | 2 sur 3 | 1 sur 2 | 2 sur 3 | 1 Gio | 16 Gio |" in page
    assert "| [Plume](plume.md) | Cour des comptes | 0 sur 0 | 0 sur 0 | 0 sur 0 | 0 Gio | 0 Gio |" in page
    assert "| Mémoire | 1 Gio sur 28 Gio, reste 27 Gio |" in page
    assert "adler-1" not in page


def test_french_typography(cohort: Any, site: Any, standing: Standing) -> None:
    text = raw(context(*standing, cohort=cohort(), site=site()))["adler.html"].partition("<body>")[2]
    for piece in ("2\u00a0septembre\u00a02019", "EIG Link\u00a0:", "«\u00a0pas encore créé\u00a0»"):
        assert piece in text
    assert not any(wrong in text for wrong in (" :", " ;", " !", " »", "« ", "'"))


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_the_order_of_what_was_observed_does_not_matter(pages: Pages, standing: Standing, suffix: str) -> None:
    assert pages(*standing)[f"adler.{suffix}"] == pages(*reversed(standing))[f"adler.{suffix}"]


def test_both_languages_say_the_same_things() -> None:
    assert FRENCH.words.keys() == ENGLISH.words.keys()
    for key, words in FRENCH.words.items():
        assert words.count("%s") == ENGLISH.words[key].count("%s"), key
    assert len(FRENCH.months) == len(ENGLISH.months) == 12


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [(0, "0 Gio", "0 GiB"), (512 << 20, "512 Mio", "512 MiB"), (3 << 29, "1,5 Gio", "1.5 GiB"), (1000, "1000 octets", "1000 bytes")],
)
def test_sizes(size: int, french: str, english: str) -> None:
    assert (FRENCH.size(size), ENGLISH.size(size)) == (french.replace(" ", "\u00a0"), english.replace(" ", "\u00a0"))
