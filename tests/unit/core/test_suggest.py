"""Did you mean."""

import pytest
from support.words import told

from eiginfra.core.reason import reason
from eiginfra.core.suggest import did_you_mean, nearest, suggest

WORDS = {"memoire": "memory", "cles_ssh": "ssh_keys", "boite": "box"}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("memry", "memory"),
        ("Memory", "memory"),
        ("MÉMOIRE", "memory"),
        ("ssh-keys", "ssh_keys"),
        ("clés ssh", "ssh_keys"),
        ("mac", None),
        ("boite", None),
        ("", None),
    ],
)
def test_the_nearest_word(word: str, meant: str | None) -> None:
    assert nearest(word, ["memory", "ssh_keys", "Name"], words=WORDS) == meant
    assert did_you_mean(word, ["memory", "ssh_keys"], words=WORDS) == (reason("did-you-mean", meant=meant) if meant else None)


def test_a_known_word_keeps_its_spelling() -> None:
    assert nearest("vm.consol", ["VM.Console", "VM.Audit"]) == "VM.Console"


def test_without_a_near_word_the_choices_are_told() -> None:
    assert suggest("zzz", ["b", "a"]) == reason("choose-among", choices=["a", "b"])
    assert suggest("zzz", ["a"]) == reason("only-choice", choice="a")
    assert suggest("zzz", []) is None
    many = suggest("zzz", [f"a{number:02}" for number in range(30)])
    assert many is not None
    assert told(many) == "there are 30, e.g. a00, a01, a02, a03, a04"
