"""Cohorts from folders: what is wrong with any of their files, where, and in which words."""

# ruff: noqa: E501 - tables of whole sentences

from collections.abc import Callable
from pathlib import Path

import pytest
from support.words import line, raises

from eiginfra.core.errors import InputError
from eiginfra.core.values import ByteSize
from eiginfra.inventory.loader import load_cohort, load_settings, load_site

HEAD = "title: ADLER\nadministration: Cour des comptes\n"
MEMBER = "members:\n  - {username: adler-1, email: adler-1@example.org"
MACHINE = "machines:\n  - {name: web, image: debian-12"
MARKED = MACHINE.replace("{", "¦{")


def place(before: str) -> str:
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def findings(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_cohort(folder)
    return [line(finding) for finding in caught.value.findings]


def test_a_cohort_is_read(cohort: Callable[..., Path], team_text: Callable[..., str]) -> None:
    text = "quota:\n  default: {memory: 2GiB, cores: 4}\n  teams: {adler: {memory: 4GiB}}\ncapacity: {memory: 28GiB}\ngrace: 7d\ncaps: {members: 2 or 50%}\n"
    folder = cohort(
        {"plume": team_text("plume", "Plume"), "adler": team_text("adler", "Karfu’R")},
        "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\n" + text,
    )
    loaded = load_cohort(folder)
    assert [(team.id, team.title) for team in loaded.teams] == [("adler", "Karfu’R"), ("plume", "Plume")]
    assert loaded.id == "eig3"
    assert loaded.file.grace.days == 7
    quota = loaded.quota_of("adler")
    assert (quota.memory, quota.cores) == (ByteSize.parse("4GiB"), 4)
    assert type(quota.memory) is ByteSize
    assert loaded.quota_of("plume").memory == ByteSize.parse("2GiB")
    cap = loaded.cap("members")
    assert cap is not None
    assert [cap.allows(removed, 10) for removed in (2, 5, 6)] == [True, True, False]
    assert str(loaded.where("adler", "machines", 0, "size")) == "teams/adler.yml:8:41"
    assert str(loaded.where_key(None, "quota", "teams", "adler")) == "cohort.yml:7:11"
    assert str(loaded.limits().asked["adler", "cores"]) == "teams/adler.yml:8:3"


def test_the_digest_follows_names_and_bytes(cohort: Callable[..., Path], team_text: Callable[..., str]) -> None:
    first = load_cohort(cohort()).digest
    assert load_cohort(cohort()).digest == first
    changed = load_cohort(cohort({"adler": team_text("adler") + "# a comment\n"})).digest
    assert changed != first
    folder = cohort()
    (folder / "teams" / "adler.yml").rename(folder / "teams" / "plume.yml")
    assert load_cohort(folder).digest != first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: ¦2024\nadministration: X\n", 'title: the number 2024 stands here, where text belongs (put it in quotes: "2024")'),
        ("title: ¦true\nadministration: X\n", 'title: the truth value true stands here, where text belongs (put it in quotes: "true")'),
        ("title: ¦[a]\nadministration: X\n", "title: a list stands here, where text belongs (write a, without brackets or '- ')"),
        ("title: ¦''\nadministration: X\n", "title: '' is not a title (one line of text, without spaces around it or a comma at its end)"),
        (f"title: ¦{'x' * 256}\nadministration: X\n", "title: the text is too long (at most 255 characters)"),
        ("¦title: X\n", "'administration' is missing (add 'administration: …')"),
        ("title: X\n¦administration:\n", "administration: there is no value (write it)"),
        (f"{HEAD}¦members:\n", "members: there is no value (write it, or delete the key)"),
        (f"{HEAD}members:\n  -¦\n", "members[1]: there is no value (write it, or delete the list entry)"),
        (f"{HEAD}¦town:\n", "town: there is no value (write it, or delete the key)"),
        (f"{HEAD}¦descripton: X\n", "unknown key 'descripton' (did you mean 'description'?)"),
        (f"{HEAD}¦zzz: X\n", "unknown key 'zzz' (choose among administration, contacts, data, description, machines, members, mentors, projects, title, town)"),
        ("¦- a\n", "a list stands here, where a mapping belongs (write 'key: value' lines, or {key: value})"),
        ("¦hello\n", "text stands here, where a mapping belongs (write 'key: value' lines, or {key: value})"),
        (f"{HEAD}members: ¦adler-1\n", "members: text stands here, where a list belongs (write [{username: adler-1, email: …}])"),
        (f"{HEAD}members: [¦adler-1]\n", "members[1]: text stands here, where a mapping belongs (write {username: adler-1, email: …})"),
        (f"{HEAD}members:\n  - ¦username: a\n", "'email' is missing in members[1] (add 'email: …')"),
        (f"{HEAD}{MEMBER}, role: ¦owner}}\n", "role: 'owner' is not known here (write maintainer, the highest role in a team: the groups' owner is EIG Link)"),
        (f"{HEAD}{MEMBER}, role: ¦Maintener}}\n", "role: 'Maintener' is not known here (did you mean 'maintainer'?)"),
        (f"{HEAD}{MEMBER}, until: ¦30/06/2020}}\n", "until: '30/06/2020' is not a date (write 2020-06-30)"),
        (f"{HEAD}{MEMBER}, until: ¦2020-02-30}}\n", "until: '2020-02-30' is not a date (write 2020-02-29)"),
        (f"{HEAD}{MEMBER}, until: ¦20200630}}\n", "until: 20200630 is not a date (write 2020-06-30)"),
        (f"{HEAD}{MEMBER}, ssh_keys: ¦ssh-ed25519}}\n", "ssh_keys: text stands here, where a list belongs (write [ssh-ed25519])"),
        (f"{HEAD}{MEMBER}, ssh_keys: [¦hello]}}\n", "ssh_keys[1]: this is not a public SSH key (copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment')"),
        (f"{HEAD}{MEMBER}, ssh_keys: [¦ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA]}}\n", "ssh_keys[1]: this public SSH key is damaged or cut off (copy the whole line of the .pub file again)"),
        (f"{HEAD}{MEMBER}, ssh_keys: [¦ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u]}}\n", "ssh_keys[1]: this public SSH key is damaged or cut off (copy the whole line of the .pub file again)"),
        (f"{HEAD}members:\n  - {{username: ¦a b, email: ¦nobody}}\n", "username: 'a b' is not a user name (write a-b; letters, digits, and inside also . _ -)\nemail: 'nobody' is not an e-mail address that GitLab and Proxmox take (one address, name@domain, with letters, digits and . _ + ~ - before the @)"),
        (f"{HEAD}{MACHINE}, size: small, docker: ¦yes}}\n", "docker: text stands here, where true or false belongs (write true, without quotes)"),
        (f"{HEAD}{MACHINE}, size: small, docker: ¦1}}\n", "docker: the number 1 stands here, where true or false belongs (write true, without quotes)"),
        (f'{HEAD}{MACHINE}, cores: ¦"2", memory: 1GiB, disk: 8GiB}}\n', "cores: text stands here, where a whole number belongs (write 2, without quotes)"),
        (f"{HEAD}{MACHINE}, cores: ¦2.5, memory: 1GiB, disk: 8GiB}}\n", "cores: the number 2.5 stands here, where a whole number belongs (write 2 or 3)"),
        (f"{HEAD}{MACHINE}, cores: ¦0, memory: 1GiB, disk: 8GiB}}\n", "cores: 0 is too small (at least 1)"),
        (f"{HEAD}{MACHINE}, cores: 1, memory: ¦1024, disk: 8GiB}}\n", "memory: 1024 is not a memory size (write 1GiB, if MiB was meant)"),
        (f"{HEAD}{MACHINE}, cores: 1, memory: ¦1GB, disk: 8GiB}}\n", "memory: '1GB' is not a memory size (write 1GiB)"),
        (f"{HEAD}{MACHINE}, cores: 1, memory: 1GiB, disk: ¦1500MiB}}\n", "disk: 1500MiB is not a disk size (write 2GiB)"),
        (f"{HEAD}{MARKED}, size: small, cores: 1}}\n", "machines[1]: size and cores together (keep `size`, or write cores, memory and disk)"),
        (f"{HEAD}{MARKED}, cores: 1}}\n", "machines[1]: no size (write `size`, or also memory and disk)"),
        (f"{HEAD}{MARKED}, size: small, clone: linked}}\n", "machines[1]: clone for a container (write `type: vm`, or leave `clone` out)"),
        (f"{HEAD}{MACHINE}, size: small, type: vm, clone: ¦thin}}\n", "clone: 'thin' is not known here (choose among full, linked)"),
        (f"{HEAD}machines:\n  - {{name: ¦Web_1, image: debian-12, size: small}}\n", "name: 'Web_1' is not a machine's name (write web-1; lower-case letters, digits and inner hyphens, 32 characters at most)"),
        (f"{HEAD}{MACHINE}, size: small, forward: [{{public: ¦70000, port: 22}}]}}\n", "public: 70000 is too large (at most 65535)"),
        (f"{HEAD}{MACHINE}, size: small, mounts: [{{path: ¦data, size: 1GiB}}]}}\n", "path: 'data' is not a path to mount a volume at (write /data)"),
        (f"{HEAD}{MACHINE}, size: small, type: ¦lxc}}\n", "type: 'lxc' is not known here (did you mean 'container'?)"),
        (f"{HEAD}projects:\n  - {{name: ¦a.git}}\n", "name: 'a.git' is not a project name (write a; letters, digits, _ and -, with single inner dots, not ending in .git or .atom)"),
        (f"{HEAD}projects:\n  - {{name: a, website: ¦example.org}}\n", "website: 'example.org' is not a web address (write https://example.org)"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_team_file_has_its_place_and_its_sentence(text: str, said: str, cohort: Callable[..., Path]) -> None:
    parts = text.split("¦")  # which stands where the finding must point
    places = ["".join(parts[: index + 1]) for index in range(len(parts) - 1)]
    expected = [f"teams/adler.yml:{place(before)}: error: {line}" for before, line in zip(places, said.split("\n"), strict=True)]
    assert findings(cohort({"adler": "".join(parts)})) == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cohort: eig3", "cohort: eig4", "1:9: error: the cohort is 'eig4', but its folder is 'eig3' (give both the same name; the id is part of every path and marker, so correct the one that is new)"),
        ("ends: 2020-07-01", "ends: 2018-07-01", "1:1: error: the cohort ends (2018-07-01) before it starts (2019-09-02) (exchange the two dates)"),
        ("title:", "language: de\ntitle:", "2:11: error: language: 'de' is not known here (choose among en, fr)"),
        ("title:", "grace: 30\ntitle:", "2:8: error: grace: 30 is not a number of days (write 30d)"),
        ("title:", "caps: {members: many}\ntitle:", "2:17: error: members: 'many' is not a cap (write 3, 20% or '3 or 20%')"),
        ("title:", "caps: {members: 200%}\ntitle:", "2:17: error: percent: 200 is too large (at most 100)"),
        ("title:", "capacity: {cores: -1}\ntitle:", "2:11: error: capacity: cores below zero (write 0 or more)"),
        ("title:", "capacity: {memory: 28}\ntitle:", "2:20: error: memory: 28 has no unit (write 28GiB, if GiB was meant)"),
        ("title:", "quota: {teams: {Adler: {cores: 1}}}\ntitle:", "2:17: error: Adler: 'Adler' is not a team or cohort id (write adler; lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most)"),
        ("title:", "quota: {teams: {plume: {cores: 1}}}\ntitle:", None),
        ("title: Promotion 3", 'title: "{{ x }}"', "2:8: error: a template ({{ … }} or {% … %}) stands here, but this file is pure data (write the value itself; templates belong in playbooks)"),
    ],
)  # fmt: skip
def test_each_mistake_in_the_cohort_file(old: str, new: str, said: str | None, cohort: Callable[..., Path]) -> None:
    text = "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\n".replace(old, new)
    folder = cohort(None, text)
    if said is None:
        load_cohort(folder)  # a matter of the checks
    else:
        assert findings(folder) == [f"cohort.yml:{said}"]


def test_all_mistakes_of_all_files_are_told_at_once_in_order_of_place(cohort: Callable[..., Path], team_text: Callable[..., str]) -> None:
    teams = {
        "plume": "title: X\nzz: 1\ntitel: Y\n",
        "adler": b"title: \xff\n",
        "Big": "title: X\n",
        "old.yaml": "title: X\n",
        "notes.txt": "hello",
        "karfur": team_text("karfur") + "town: [\n",
        "one": team_text("one"),
        "two": team_text("two").replace("two-1@", "one-1@"),
    }
    said = findings(cohort(teams, "cohort: eig3\ntitle: 3\nstarts: 2019-09-02\nends: 2020-07-01\n"))
    assert [line.split(" (")[0] for line in said] == [
        "cohort.yml:2:8: error: title: the number 3 stands here, where text belongs",
        "teams/Big.yml:1:1: error: 'Big' is not a team id",
        "teams/adler.yml:1:8: error: the byte 0xFF is not UTF-8",
        "teams/karfur.yml:9:7: error: a closing bracket is missing, or is the wrong one",
        "teams/notes.txt:1:1: error: this is no team file",
        "teams/old.yaml:1:1: error: team files end in .yml",
        "teams/plume.yml:1:1: error: 'administration' is missing",
        "teams/plume.yml:2:1: error: unknown key 'zz'",
        "teams/plume.yml:3:1: error: unknown key 'titel'",
    ]


def test_what_sound_files_say_against_each_other_is_told_beside_broken_ones(
    cohort: Callable[..., Path], team_text: Callable[..., str]
) -> None:
    said = findings(
        cohort({"broken": "titel: X\n", "one": team_text("one"), "two": team_text("two").replace("two-1@", "one-1@")}),
    )
    assert [line.split(" (")[0] for line in said] == [
        "teams/broken.yml:1:1: error: 'administration' is missing",
        "teams/broken.yml:1:1: error: unknown key 'titel'",
        "teams/one.yml:4:41: error: the e-mail address one-1@example.org is that of one-1 and two-1",
    ]


def test_a_quota_of_a_team_whose_file_is_broken_names_no_unknown_team(cohort: Callable[..., Path]) -> None:
    text = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {teams: {adler: {cores: 1}}}\n"
    assert [line.split(":")[0] for line in findings(cohort({"adler": "title: X\n"}, text))] == ["teams/adler.yml"]


def test_a_private_key_is_never_repeated(cohort: Callable[..., Path]) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk"
    (said,) = findings(cohort({"adler": f'{HEAD}{MEMBER}, ssh_keys: ["{key}"]}}\n'}))
    assert "this is a private key (delete it, make a new pair" in said
    assert "b3Blb" not in said


def test_a_long_value_is_not_repeated_in_full(cohort: Callable[..., Path]) -> None:
    (said,) = findings(cohort({"adler": f"{HEAD}members:\n  - {{username: a@{'b' * 5000}, email: a@example.org}}\n"}))
    assert len(said) < 250


def test_files_that_people_read_and_that_editors_leave_are_no_mistake(cohort: Callable[..., Path], team_text: Callable[..., str]) -> None:
    folder = cohort({"adler": team_text("adler"), "README.md": "x", ".gitkeep": "", ".adler.yml.swp": "x", "adler.yml~": "x"})
    (folder / "README").write_text("x")
    assert load_cohort(folder).findings == ()


@pytest.mark.parametrize(
    "name", ["HEAD", "config", ".git", ".gitattributes", "notes.txt", "plume.yml", "cohort.yaml", "objects/x", "README/x"]
)
def test_attack_1_what_nothing_reads_is_an_error(name: str, cohort: Callable[..., Path]) -> None:
    folder = cohort()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    (said,) = findings(folder)
    assert said.startswith(f"{name.partition('/')[0]}:1:1: error: nothing reads this (a cohort's folder holds cohort.yml")


@pytest.mark.parametrize("name", ["HEAD", ".gitmodules", ".hidden.yml/x", "sub/adler.yml"])
def test_attack_1_nor_may_it_be_among_the_teams(name: str, cohort: Callable[..., Path]) -> None:
    folder = cohort()
    (folder / "teams" / name).parent.mkdir(exist_ok=True)
    (folder / "teams" / name).write_text("title: x\n")
    assert [said.partition(": ")[0] for said in findings(folder)] == [f"teams/{name.partition('/')[0]}:1:1"]


@pytest.mark.parametrize("name", ["cohort.yml", "teams/plume.yml", "teams", "../eig3"])
def test_attack_1_no_file_points_elsewhere(name: str, cohort: Callable[..., Path], team_text: Callable[..., str], tmp_path: Path) -> None:
    folder = cohort({"adler": team_text("adler"), "plume": team_text("plume")})
    target = tmp_path / "elsewhere"
    target.mkdir()
    path = folder.parent / "eig3" if name == "../eig3" else folder / name
    path.rename(target / "secret")
    path.symlink_to(target / "secret")
    assert any(said.endswith("error: this is a symbolic link (put the file or the folder itself here)") for said in findings(folder))


@pytest.mark.parametrize("load", [load_settings, load_site, load_cohort])
def test_attack_1_nothing_that_a_link_names_is_repeated(load: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "shadow").write_text("root:$6$hash:1::\nx\n")
    link = tmp_path / "cohort.yml"
    link.symlink_to(tmp_path / "shadow")
    with raises(InputError, match="symbolic link") as caught:
        load(tmp_path if load is load_cohort else link)
    assert "hash" not in str(caught.value)


def test_a_folder_that_is_no_cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no folder nowhere" in findings(Path("nowhere"))[0]
    (tmp_path / "inventories" / "eig3").mkdir(parents=True)
    assert "there is no cohort.yml in this folder" in findings(Path("inventories"))[0]
    (tmp_path / "inventories" / "eig3" / "cohort.yml").write_text("")
    assert "did you mean inventories/eig3?" in findings(Path("inventories"))[0]
    (tmp_path / "inventories" / "cohort.yaml").write_text("")
    assert "rename it to cohort.yml" in findings(Path("inventories"))[0]


def test_a_cohort_may_be_named_by_a_dot(cohort: Callable[..., Path]) -> None:
    cohort()
    assert load_cohort(Path()).id == "eig3"


def test_settings_are_resolved_against_their_file(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "eiginfra.yml"
    path.parent.mkdir()
    path.write_text("inventory: ../inventories/eig3\nsite: ~/lab.yml\nas_of: 2019-10-01\n")
    settings = load_settings(path)
    assert settings.inventory == tmp_path / "inventories" / "eig3"
    assert settings.site == Path.home() / "lab.yml"
    assert settings.playbook is None
    assert str(settings.as_of) == "2019-10-01"
    path.write_text("inventry: x\nas_of: soon\n")
    with raises(InputError, match=r"(?s)did you mean 'inventory'.*'soon' is not a date"):
        load_settings(path)


def test_attack_9_a_folder_of_files_without_end_is_not_read(cohort: Callable[..., Path]) -> None:
    folder = cohort()
    for number in range(5000):
        (folder / "teams" / f"t{number}.yml").write_bytes(b"\xff")
    assert findings(folder) == ["teams:1:1: error: this folder has 5001 files; at most 5000 are read (is it the right folder?)"]
