import sys
from pathlib import Path

import pytest
from support.words import problem, raises

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location
from eiginfra.core.secret import SecretSource
from eiginfra.wiring.secrets import resolve

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
        (SecretSource(file=Path("/nonexistent/token")), "cannot be read from /nonexistent/token: No such file or directory"),
        (SecretSource(command=("no-such-program", "hunter2")), "the command 'no-such-program', which should print the secret, failed"),
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
