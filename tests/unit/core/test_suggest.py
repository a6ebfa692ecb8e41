"""Did you mean."""

import pytest

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
    assert did_you_mean(word, ["memory", "ssh_keys"], words=WORDS) == (f"did you mean {meant!r}?" if meant else None)


def test_a_known_word_keeps_its_spelling() -> None:
    assert nearest("vm.consol", ["VM.Console", "VM.Audit"]) == "VM.Console"


def test_without_a_near_word_the_choices_are_told() -> None:
    assert suggest("zzz", ["b", "a"]) == "choose among a, b"
    assert suggest("zzz", ["a"]) == "there is only a"
    assert suggest("zzz", []) is None
    assert suggest("zzz", [f"a{number:02}" for number in range(30)]) == "there are 30, e.g. a00, a01, a02, a03, a04"
