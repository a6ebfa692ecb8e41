"""In which language findings are told: the terminal's is chosen, Markdown is in the cohort's, codes are the same."""

from typing import Any

import pytest


def test_the_terminal_speaks_french_if_asked_and_codes_stay(place: Any) -> None:
    team = next(place.folder.rglob("teams/adler.yml"))
    team.write_text(team.read_text(encoding="utf-8") + "\nvile: Paris\n", encoding="utf-8")
    english = place.call("check")
    french = place.call("--lang", "fr", "check")
    assert "error: unknown key 'vile'" in english.out
    assert "erreur\N{NO-BREAK SPACE}: clé inconnue «\N{NO-BREAK SPACE}vile\N{NO-BREAK SPACE}»" in french.out
    assert english.code == french.code
    told = {language: place.call("--lang", language, "check", "--format", "json").json["findings"] for language in ("en", "fr")}
    assert [found["code"] for found in told["en"]] == [found["code"] for found in told["fr"]]
    assert told["en"][0]["params"] == told["fr"][0]["params"]
    assert told["en"][0]["message"] != told["fr"][0]["message"]
    assert place.call("--lang", "de", "check").code == 64
    assert place.call("check", "--language=fr").out == french.out


@pytest.mark.parametrize(
    ("locale", "last"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "62 ressources ; au 2019-10-01 (ce n’est pas aujourd’hui)."),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "62 resources; as of 2019-10-01 (not today)."),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr"}, "62 ressources ; au 2019-10-01 (ce n’est pas aujourd’hui)."),
        ({"LANG": "fr_FR.UTF-8", "EIGINFRA_LANGUAGE": "en"}, "62 resources; as of 2019-10-01 (not today)."),
        ({"LANG": "de_DE.UTF-8"}, "62 resources; as of 2019-10-01 (not today)."),
    ],
)
def test_the_environment_says_what_people_read(locale: dict[str, str], last: str, *, place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL")
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    said = place.call("check").out.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert said.endswith(f"; {last}\n")


def test_a_team_is_told_what_its_file_gives(place: Any) -> None:
    said = place.call("explain", "adler").out
    assert "adler-1 (Développeuse 1): maintainer until 2020-06-30, 1 SSH key" in said
    assert "container adler-web: debian-12, size small (1 core, 512MiB of memory, 8GiB of disk)" in said
    assert "█████████████░░░░░░░  machines: 2 of 3, 1 machine left" in said
    assert "Nothing is wrong in this file." in said
    french = place.call("explain", "adler", "--lang", "fr").out.replace("\N{NO-BREAK SPACE}", " ")
    assert "mémoire : 1536MiB sur 2048MiB, reste 512MiB de mémoire" in french
    body = place.call("explain", "adler", "--format", "json").json
    assert body["quota"]["machines"] == {"used": 2, "limit": 3}
    assert body["machines"][0]["forwarded"] == ["10222/tcp"]


def test_a_team_is_told_what_was_refused(place: Any) -> None:
    place.edit("adler", "memory: 1GiB", "memory: 9GiB")
    answer = place.call("explain", "adler")
    assert answer.code == 65
    assert "████████████████████  memory: 9728MiB of 2048MiB, 7680MiB of memory too much" in answer.out
    assert "More of each: eiginfra explain CODE, for quota-exceeded." in answer.out
    assert place.call("explain", "karfur").code == 0
    place.edit("adler", "size: small", "size: petit")
    assert "size petit\n" in place.call("explain", "adler").out
    place.edit("adler", "  - name: web", "  - name:web")
    broken = place.call("explain", "adler", "--lang", "fr")
    assert broken.code == 65
    assert broken.out.startswith("Ce fichier ne peut pas être lu tant que ceci n’est pas corrigé")
    assert [found["code"] for found in place.call("explain", "adler", "--format", "json").json["findings"]] == ["yaml-space-after-colon"]


def test_a_code_is_explained_and_an_unknown_name_gets_a_suggestion(place: Any) -> None:
    assert "    memory: 1536MiB" in place.call("explain", "size").out
    assert place.call("explain", "size", "--format", "json", "--lang", "fr").json["language"] == "fr"
    assert "did you mean 'adler'?" in place.call("explain", "adlr").err
    assert "did you mean 'unknown-size'?" in place.call("explain", "unknown-siz").err
