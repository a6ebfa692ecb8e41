"""A seeded sample of the attacks that need a lab; `make attack` tries all. Those that need none are in the tests of what they attack."""

import json
import os
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from support.attacks import Attack, Ground, every, of_kind
from support.attacks.plans import ALTERED, GARBAGE, an_altered_plan, forged, made, what_is_no_plan
from support.attacks.project import called

from eiginfra.core.plan import PlanMeta
from eiginfra.journal import open_journal
from eiginfra.lab.files import write_private

SAMPLE = random.Random(2019).sample(sorted(ALTERED), 6)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    opened = Ground(Path(tmp_path_factory.mktemp("attacks")))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLE)
def test_attack_6_an_altered_plan_does_nothing_that_a_plan_would_not_do(ground: Ground, name: str) -> None:
    an_altered_plan(ground.fresh(), ALTERED[name])


@pytest.mark.parametrize("name", GARBAGE)
def test_attack_6_what_is_no_plan_is_refused_in_words(ground: Ground, name: str) -> None:
    what_is_no_plan(ground.fresh(), GARBAGE[name])


def test_attack_6_the_guards_are_asked_again(ground: Ground) -> None:
    bench = ground.bench
    saved = bench.folder / "plan.json"
    assert called(["apply", "--yes", "--tags", "gitlab", *bench.options]).code == 0
    teams = sorted((bench.folder / "eig3" / "teams").glob("*.yml"))
    before = {path: path.read_text(encoding="utf-8") for path in teams}
    try:
        for path, text in before.items():
            path.write_text(yaml.safe_dump({**yaml.safe_load(text), "members": []}, allow_unicode=True), encoding="utf-8")
        body = made(bench, "--tags", "gitlab", "--allow-removals", "50")
        body["meta"]["asked"]["allow_removals"] = None
        saved.write_text(forged(body), encoding="utf-8")
        ended = called(["apply", str(saved), *bench.options])
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    assert ended.code == 1
    assert "--allow-removals" in ended.printed


def test_attack_6_with_a_key_only_signed_plans_are_carried_out(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = ground.bench
    saved, site = bench.folder / "plan.json", bench.folder / "site" / "site.yml"
    unsigned = forged(made(bench))
    text = site.read_text(encoding="utf-8")
    site.write_text(f"{text}plan_key: {{env: EIG_PLAN_KEY}}\n", encoding="utf-8")
    try:
        monkeypatch.setenv("EIG_PLAN_KEY", "another-key-of-somebody")
        foreign = json.dumps(made(bench))
        monkeypatch.setenv("EIG_PLAN_KEY", "the-key-of-this-site")
        signed = made(bench)
        for content in (unsigned, foreign, forged(signed), json.dumps(signed | {"signature": None})):
            saved.write_text(content, encoding="utf-8")
            ended = called(["apply", str(saved), *bench.options])
            assert (ended.code, "is not signed with the site's `plan_key`" in ended.printed) == (65, True), ended.printed
        saved.write_text(json.dumps(signed), encoding="utf-8")
        ended = called(["apply", str(saved), *bench.options])
        assert ended.code == 0, ended.printed
    finally:
        site.write_text(text, encoding="utf-8")
    assert "the-key-of-this-site" not in saved.read_text(encoding="utf-8") + ended.printed


def test_p9_a_saved_plan_goes_on_where_it_was_broken_off(ground: Ground) -> None:
    bench = ground.bench
    saved = bench.folder / "plan.json"
    saved.write_text(json.dumps(made(bench)), encoding="utf-8")
    assert called(["apply", "--yes", "--tags", "gitlab", *bench.options]).code == 0
    for _ in range(2):
        ended = called(["apply", str(saved), *bench.options])
        assert ended.code == 0, ended.printed
    with_nothing_left = called(["plan", "--detailed-exitcode", *bench.options])
    assert with_nothing_left.code == 0, with_nothing_left.printed


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_attack_12_what_is_private_is_for_its_owner_alone(ground: Ground, mask: int, tmp_path: Path) -> None:
    bench = ground.bench
    saved, kept = bench.folder / "plan.json", tmp_path / "new" / ".eiginfra"
    saved.touch(0o644)
    before = os.umask(mask)
    try:
        made(bench)
        assert called(["apply", "--yes", "--limit", "adler", "--tags", "gitlab", *bench.options]).code == 0
        assert called(["reconcile", "--once", *bench.options]).code in (0, 2)
        write_private(kept / "lab" / "token", "x")
        with open_journal(str(tmp_path / "other" / "journal.db")) as journal:
            journal.begin(PlanMeta(cohort="eig3", site="lab", as_of=date(2019, 10, 1), eiginfra="0"), "apply")
    finally:
        os.umask(before)
    files = [saved, *(bench.folder / "site").glob("journal.db*"), *(bench.folder / "site").glob("reconcile*"), kept / "lab" / "token"]
    assert len(files) > 4
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in files} == {path.name: "0o600" for path in files}
    folders = [kept, kept / "lab", tmp_path / "other"]
    assert [oct(path.stat().st_mode & 0o777) for path in folders] == ["0o700"] * 3


@pytest.mark.parametrize("attack", random.Random(2020).sample([found for found in every() if found.kind < 7], 20), ids=str)
def test_a_seeded_sample_of_all_attacks_is_held(ground: Ground, attack: Attack) -> None:
    attack.run(ground.fresh())


def test_attacks_are_named_once() -> None:
    assert len({str(found) for found in every()}) == len(every()) > 1000
    assert of_kind(1)
