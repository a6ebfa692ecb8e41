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
