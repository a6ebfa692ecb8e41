import sys
from pathlib import Path
from typing import Any

import pytest
from support.attacks import Ground
from support.attacks.secrets import BROKEN, CORE, PLACES, no_secret_is_shown
from support.words import problem, raises

from eiginfra.cli.main import run
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location
from eiginfra.core.redaction import keep_unseen, redacted
from eiginfra.core.secret import KeySource, SecretSource
from eiginfra.wiring import workspace
from eiginfra.wiring.secrets import resolve, resolve_key

HERE = Location(file="site.yml", line=2, column=3)


def test_a_secret_is_fetched_from_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIG_TOKEN", "from-env")
    (tmp_path / "token").write_text("from-file\nsecond line\n")
    command = (sys.executable, "-c", "print('from-command')")
    sources = [SecretSource(env="EIG_TOKEN"), SecretSource(file=tmp_path / "token"), SecretSource(command=command)]
    assert [resolve(source, HERE).reveal() for source in sources] == ["from-env", "from-file", "from-command"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (SecretSource(env="EIG_NOT_SET"), "the environment variable EIG_NOT_SET is not set or empty"),
        (SecretSource(file=Path("/nonexistent/token")), "the file that is named here cannot be read: No such file or directory"),
        (
            SecretSource(command=("no-such-program", "hunter2")),
            "the command that is named here, which should print the secret, failed: No such file",
        ),
        (SecretSource(command=(sys.executable, "-c", "raise SystemExit('hunter2')")), "failed: CalledProcessError"),
        (SecretSource(command=(sys.executable, "-c", "")), "printed nothing"),
    ],
    ids=str,
)
def test_a_missing_secret_is_a_finding_at_its_place(source: SecretSource, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve(source, HERE)
    assert sentence in problem(caught.value)
    assert "site.yml:2:3" in problem(caught.value)
    assert "hunter2" not in problem(caught.value)


def test_an_empty_file_holds_no_secret(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n\n")
    with raises(InputError, match="is empty"):
        resolve(SecretSource(file=tmp_path / "token"), HERE)


@pytest.mark.parametrize("place", PLACES)
def test_attack_2_no_output_and_no_file_holds_a_secret(place: str, tmp_path: Path) -> None:
    assert len(BROKEN) > 30
    ground = Ground(tmp_path)
    for value in BROKEN.values():
        no_secret_is_shown(ground.fresh(), (PLACES[place], value))


def test_attack_2_the_last_handler_tells_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def load(*_: Any, **__: Any) -> None:
        raise KeyError(f"token {CORE}x")

    monkeypatch.setattr(workspace.Workspace, "load", load)
    assert run(["check"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("eiginfra: KeyError at test_secrets.py:")
    assert CORE not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "text",
    [
        "it says: p@ss w\u00f6rd-42!",
        'body {"token": "p@ss w\\u00f6rd-42!"}',
        "a glpat-abcdefgh",
        "header PVEAPIToken=eiginfra@pve!ci=0815",
        "postgresql://eig:secret@host",
    ],
)
def test_attack_2_what_is_known_or_looks_like_a_secret_is_not_repeated(text: str) -> None:
    keep_unseen("p@ss w\u00f6rd-42!")
    assert "***" in redacted(text)
    assert [part for part in ("p@ss", "rd-42", "abcdefgh", "0815", "eig:secret") if part in redacted(text)] == []


@pytest.mark.parametrize(
    "text", ["globe-trotters-und-more", "https://host:8443/a/b@c", "an@example.org", "a: b", "https://gitlab.example.org/x:y"]
)
def test_what_looks_like_no_secret_is_repeated(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfT0KEN-VALUE\r\n", b"T0KEN-VALUE  \n\n", b"\xef\xbb\xbf  T0KEN-VALUE"])
def test_report_23_a_mark_and_blanks_around_a_token_are_taken_off(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    assert resolve(SecretSource(file=tmp_path / "token"), HERE).reveal() == "T0KEN-VALUE"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfet\0o\0", "is not text"),
        ("T\u00d6KEN-VALUE".encode(), "other signs than ASCII"),
        (b"T0KEN\x00VALUE", "a character that cannot be seen"),
        (b"T0KEN VALUE", "or blanks"),
        (b"T" * 3000, "too long"),
        (b"", "is empty"),
    ],
)
def test_report_23_what_cannot_be_sent_is_refused_at_its_place(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    with raises(InputError, match=rf"site.yml:2:3: error: .*{said}"):
        resolve(SecretSource(file=tmp_path / "token"), HERE)


def test_the_value_of_a_variable_may_be_any_text_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "value").write_text("un mot de passe, é ✓\n", encoding="utf-8")
    assert resolve(SecretSource(file=tmp_path / "value"), HERE, token=False).reveal() == "un mot de passe, é ✓"


@pytest.mark.parametrize("path", ["/dev/zero", "/", "nul\0inside"])
def test_attack_2_what_is_no_file_of_a_secret_is_told(path: str) -> None:
    with raises(InputError, match="site.yml:2:3"):
        resolve(SecretSource(file=Path(path)), HERE)


def test_a_private_key_is_the_whole_text(tmp_path: Path) -> None:
    text = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3BlbnNzaC1rZXk\r\n-----END OPENSSH PRIVATE KEY-----\r\n"
    (tmp_path / "key").write_bytes(text.encode())
    assert resolve_key(KeySource(file=tmp_path / "key"), HERE).reveal() == text.replace("\r\n", "\n")
    assert redacted("it holds b3BlbnNzaC1rZXk") == "it holds ***"


def test_what_is_no_private_key_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2-and-more\n")
    with pytest.raises(InputError) as caught:
        resolve_key(KeySource(file=tmp_path / "key"), HERE)
    assert [(found.code, found.location) for found in caught.value.findings] == [("secret-no-private-key", HERE)]
    assert "hunter2" not in str(caught.value)
