"""A member who never saw YAML makes one mistake in a good file: one finding, at its line and column, that says what to write instead."""

# ruff: noqa: E501 - tables of whole sentences; signs that look like others are the point

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.team_file import GOOD, KEY
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.checks import check
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.render.catalogue import catalogue

Write = Callable[..., Path]
FRENCH = catalogue("fr")


def lines_of(write: Write, site: Path, text: str | bytes, name: str = "adler") -> list[str]:
    """What is said about a team's file, but for the notice that concerns the site."""
    try:
        found = check(load_cohort(write({name: text})), load_site(site), date(2019, 10, 1))
    except InputError as problem:
        found = list(problem.findings)
    return [line(finding).removeprefix("teams/adler.yml:") for finding in found if not finding.code.startswith("gateway-")]


def test_the_file_to_be_spoilt_is_good(cohort: Write, site: Write) -> None:
    assert lines_of(cohort, site(), GOOD) == []


VALUES = [
    ("memory: 1GiB", "memory: 1GB", "33:13: error: memory: '1GB' is not a memory size (write 1GiB)"),
    ("memory: 1GiB", "memory: 1 Go", "33:13: error: memory: '1 Go' is not a memory size (write 1GiB)"),
    ("memory: 1GiB", "memory: 1,5 Go", "33:13: error: memory: '1,5 Go' is not a memory size (write 1536MiB)"),
    ("memory: 1GiB", "memory: 1.5GiB", "33:13: error: memory: '1.5GiB' is not a memory size (write 1536MiB)"),
    ("memory: 1GiB", "memory: 2G", "33:13: error: memory: '2G' is not a memory size (write 2GiB)"),
    ("memory: 1GiB", "memory: 512", "33:13: error: memory: 512 is not a memory size (write 512MiB, if MiB was meant)"),
    ("memory: 1GiB", "memory: '2048'", "33:13: error: memory: '2048' is not a memory size (write 2GiB, if MiB was meant)"),
    ("memory: 1GiB", "memory: beaucoup", "33:13: error: memory: 'beaucoup' is not a memory size (write a whole number and its unit, e.g. 512MiB)"),
    ("memory: 1GiB", f"memory: {'9' * 5000}GiB", f"33:13: error: memory: '{'9' * 56}… is not a memory size (write a whole number and its unit, e.g. 512MiB)"),
    ("memory: 1GiB", f"memory: {'9' * 5000}", "33:13: error: memory: inf is not a memory size (write a whole number and its unit, e.g. 512MiB)"),
    ("memory: 1GiB", "memory: 100TiB", "33:13: error: memory: 100TiB is too large for a memory (at most 16TiB)"),
    ("disk: 20GiB", "disk: 10Go", "34:11: error: disk: '10Go' is not a disk size (write 10GiB)"),
    ("disk: 20GiB", "disk: 20", "34:11: error: disk: 20 is not a disk size (write 20GiB, if GiB was meant)"),
    ("disk: 20GiB", "disk: 20480", "34:11: error: disk: 20480 is not a disk size (write 20GiB, if MiB was meant)"),
    ("disk: 20GiB", "disk: 1500MiB", "34:11: error: disk: 1500MiB is not a disk size (write 2GiB)"),
    ("size: 20GiB", "size: 20 gigas", "35:38: error: size: '20 gigas' is not a disk size (write 20GiB)"),
    ("cores: 1", "cores: '2'", "32:12: error: cores: text stands here, where a whole number belongs (write 2, without quotes)"),
    ("cores: 1", "cores: 2 cœurs", "32:12: error: cores: text stands here, where a whole number belongs (write 2, without quotes)"),
    ("cores: 1", "cores: 1.5", "32:12: error: cores: the number 1.5 stands here, where a whole number belongs (write 1 or 2)"),
    ("cores: 1", "cores: 1000", "32:12: error: cores: 1000 is too large (at most 128)"),
    ("port: 8080", "port: 8080/tcp", "28:40: error: port: text stands here, where a whole number belongs (write 8080, without quotes)"),
    ("port: 8080", "port: 80800", "28:40: error: port: 80800 is too large (at most 65535)"),
    ("public: 10222", "public: 80", "29:24: error: the port 80 is the server's own: HTTP (choose another, e.g. 10000 and above)"),
    ("[{public: 10222, port: 22}]", "['10222:22']", "29:15: error: forward[1]: text stands here, where a mapping belongs (write {public: 10222, port: 22})"),
    ("[{public: 10222, port: 22}]", "10222:22", "29:14: error: forward: text stands here, where a list belongs (write [{public: 10222, port: 22}])"),
    ("[{public: 10222, port: 22}]", "10222", "29:14: error: forward: the number 10222 stands here, where a list belongs (write [{public: 10222, port: …}])"),
    ("[{public: 10222, port: 22}]", "{10222: 22}", "29:15: error: the key 10222 is not text (ports are written {public: 10222, port: 22})"),
    ("[{subdomain: adler, port: 8080}]", "adler:8080", "28:14: error: publish: text stands here, where a list belongs (write [{subdomain: adler, port: 8080}])"),
    ("[{subdomain: adler, port: 8080}]", "[adler]", "28:15: error: publish[1]: text stands here, where a mapping belongs (write {subdomain: adler, port: …})"),
    ("[{subdomain: adler, port: 8080}]", "{subdomain: adler, port: 8080}", "28:14: error: publish: a mapping (key: value) stands here, where a list belongs (begin each entry with '- ': '- subdomain: …')"),
    ("{subdomain: adler,", "{subdomain: adler.eig-apps.example.org,", "28:27: error: subdomain: 'adler.eig-apps.example.org' is not a sub-domain (write adler; the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most)"),
    ("{subdomain: adler,", "{subdomain: 'https://adler.example.org/',", "28:27: error: subdomain: 'https://adler.example.org/' is not a sub-domain (write adler; the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most)"),
    ("[{path: /srv/data, size: 20GiB}]", "['/srv/data:20GiB']", "35:14: error: mounts[1]: text stands here, where a mapping belongs (write {path: /srv/data, size: 20GiB})"),
    ("path: /srv/data", "path: /srv/../data", "35:21: error: path: '/srv/../data' is not a path to mount a volume at (write /data)"),
    ("name: web", "name: Web_App", "24:11: error: name: 'Web_App' is not a machine's name (write web-app; lower-case letters, digits and inner hyphens, 32 characters at most)"),
    ("name: web", "name: Mon Serveur", "24:11: error: name: 'Mon Serveur' is not a machine's name (write mon-serveur; lower-case letters, digits and inner hyphens, 32 characters at most)"),
    ("name: api", "name: Extraction d'entités", "18:11: error: name: \"Extraction d'entités\" is not a project name (write extraction-d-entites; letters, digits, _ and -, with single inner dots, not ending in .git or .atom)"),
    ("license: MIT", "license: GPL", "20:14: error: license: 'GPL' is not an SPDX identifier: it names no version (write GPL-3.0-or-later, if that is the one)"),
    ("license: MIT", "license: Apache 2.0", "20:14: error: license: 'Apache 2.0' is not an SPDX identifier (write Apache-2.0)"),
    ("license: MIT", "license: Licence Ouverte 2.0", "20:14: error: license: 'Licence Ouverte 2.0' is not an SPDX identifier (write etalab-2.0)"),
    ("website: https://adler.example.org", "website: www.example.org", "21:14: error: website: 'www.example.org' is not a web address (write https://www.example.org)"),
    ("topics: [python, nlp]", "topics: python, nlp", "22:13: error: topics: text stands here, where a list belongs (write [python, nlp])"),
    ("image: debian-12\n    size", "image: debian\n    size", "25:12: error: the site has no image 'debian' (did you mean 'debian-12'?)"),
    ("docker: true", "docker: yes", "27:13: error: docker: text stands here, where true or false belongs (write true, without quotes)"),
    ("docker: true", "docker: oui", "27:13: error: docker: text stands here, where true or false belongs (write true, without quotes)"),
    ("docker: true", "docker: 'non'", "27:13: error: docker: text stands here, where true or false belongs (write false, without quotes)"),
    ("docker: true", "docker: 1", "27:13: error: docker: the number 1 stands here, where true or false belongs (write true, without quotes)"),
    ("role: maintainer", "role: Développeur", "9:11: error: role: 'Développeur' is not known here (did you mean 'developer'?)"),
    ("role: maintainer", "role: Maintainer", "9:11: error: role: 'Maintainer' is not known here (did you mean 'maintainer'?)"),
    ("role: maintainer", "role: propriétaire", "9:11: error: role: 'propriétaire' is not known here (write maintainer, the highest role in a team: the groups' owner is EIG Link)"),
    ("2020-06-30", "31/12/2019", "12:12: error: until: '31/12/2019' is not a date (write 2019-12-31)"),
    ("2020-06-30", "2019-9-2", "12:12: error: until: '2019-9-2' is not a date (write 2019-09-02)"),
    ("2020-06-30", "31.12.2019", "12:12: error: until: '31.12.2019' is not a date (write 2019-12-31)"),
    ("2020-06-30", "30 juin 2020", "12:12: error: until: '30 juin 2020' is not a date (write 2020-06-30)"),
    ("2020-06-30", "1er février 20", "12:12: error: until: '1er février 20' is not a date (write 2020-02-01)"),
    ("2020-06-30", "2020-06-31", "12:12: error: until: '2020-06-31' is not a date (write 2020-06-30)"),
    ("2020-06-30", "2020-06-30T00:00:00", "12:12: error: until: '2020-06-30T00:00:00' is not a date (write 2020-06-30)"),
    ("2020-06-30", "20200630", "12:12: error: until: 20200630 is not a date (write 2020-06-30)"),
    ("2020-06-30", "demain", "12:12: error: until: 'demain' is not a date (write year-month-day, e.g. 2020-06-30)"),
    ("2020-06-30", "2019-06-30", "12:12: error: 'adler-1' would have access until 2019-06-30, but the cohort goes from 2019-09-02 to 2020-07-01 (write 2020-06-30, or delete the key: the cohort's end is the default)"),
    ("username: adler-2", "username: '@adler-2'", "13:15: error: username: '@adler-2' is not a user name (write adler-2; letters, digits, and inside also . _ -)"),
    ("username: adler-2", "username: Nom Prénom", "13:15: error: username: 'Nom Prénom' is not a user name (write nom-prenom; letters, digits, and inside also . _ -)"),
    ("username: adler-2", "username: adler-2@example.org", "13:15: error: username: 'adler-2@example.org' is not a user name (write adler-2; letters, digits, and inside also . _ -)"),
    ("ssh_keys:\n      - ", "ssh_keys: ", "10:15: error: ssh_keys: text stands here, where a list belongs (write it on a line of its own, after '- ')"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), VALUES)
def test_a_value_that_cannot_stand(old: str, new: str, said: str, *, cohort: Write, site: Write) -> None:
    assert old in GOOD
    assert lines_of(cohort, site(), GOOD.replace(old, new, 1)) == [said]


CASCADES = [
    ("    ssh_keys:\n      - ", "    ssh_keys:\n      -", "11:7: error: ssh_keys: text stands here, where a list belongs (write a space after the hyphen)"),
    ("title: API", "title: API #1", "19:12: notice: title: only 'API' is read: the # after it begins a comment (write \"API #1\", or a space after the # of a comment)"),
    ("{subdomain: adler,", "{subdomain: www.adler,", "28:27: error: subdomain: 'www.adler' is not a sub-domain (write adler; the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most)"),
    ("public: 10222", "public: 10222-10230", "29:24: error: public: text stands here, where a whole number belongs (write one number: one entry for each)"),
    ("username: adler-mentor", "username: Adler-1", "16:16: error: 'adler-1' stands among the members and the mentors of this team (keep one) [also teams/adler.yml:6:15]"),
    ("    email: adler-1@example.org", "    email:", "8:5: error: email: there is no value (write it)"),
    ("town: Paris", "    <<<<<<< HEAD\n    town: Paris", "4:1: error: a merge conflict of Git stands here, not yet resolved (keep one of the versions, and delete Git's markers in line 4)"),
    ("town: Paris", "<<<<<<< HEAD\ntown: Paris\n||||||| base\ntown: Nice\n=======\ntown: Lyon\n>>>>>>> branch", "4:1: error: a merge conflict of Git stands here, not yet resolved (keep one of the versions, and delete Git's markers in lines 4, 6, 8 and 10)"),
    ("[python, nlp]", "python, nlp]", "22:13: error: topics: text stands here, where a list belongs (write [python, nlp])"),
    ("[{public: 10222, port: 22}]", "{public: 10222, port: 22}]", "29:14: error: a closing bracket is missing, or is the wrong one (write forward: [{public: 10222, port: 22}])"),
    ("license: MIT", "license: GNU GPL v3", "20:14: error: license: 'GNU GPL v3' is not an SPDX identifier (write GPL-3.0-or-later)"),
    ("license: MIT", "license: Apache v2", "20:14: error: license: 'Apache v2' is not an SPDX identifier (write Apache-2.0)"),
    ("username: adler-1", "username: @adler-1", "6:15: error: text cannot begin with @ unless it stands in quotes (write adler-1)"),
    ("[{subdomain: adler, port: 8080}]", "[{adler: 8080}]", "28:15: error: publish[1]: each value of an entry is named by its key (write {subdomain: adler, port: 8080})"),
    ("  - name: web", "  – name: web", "24:3: error: – stands here, where a hyphen belongs (write - name: web)"),
    ("  - name: web", "  * name: web", "24:3: error: * stands here, where a hyphen belongs (write - name: web)"),
    ("  - name: web", "  • name: web", "24:3: error: • stands here, where a hyphen belongs (write - name: web)"),
    ("machines:\n", "    machines:\n", "23:5: error: this line is not in the column of those that it belongs to (put 0 spaces before 'machines', not 4)"),
    ("projects:\n", "  projects:\n", "17:3: error: this line is not in the column of those that it belongs to (put 0 spaces before 'projects', not 2)"),
    ("title: ADLER", "title:", "1:1: error: title: there is no value (write it)"),
    ("    image: debian-12\n    size: small", "    image: debian-12 size: small", "25:22: error: a second key, 'size', stands in this line (give it a line of its own, in the column of the first)"),
    ("  - name: web\n    image", "  - name: web image", "24:15: error: a second key, 'image', stands in this line (give it a line of its own, in the column of the first)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CASCADES)
def test_one_slip_is_one_finding(old: str, new: str, said: str, *, cohort: Write, site: Write) -> None:
    assert old in GOOD
    assert lines_of(cohort, site(), GOOD.replace(old, new, 1)) == [said]


@pytest.mark.parametrize(("old", "new", "said"), [*VALUES, *CASCADES])
def test_the_same_is_said_in_french(old: str, new: str, said: str, *, cohort: Write, site: Write) -> None:
    """At the same place, in other words, with the same text to write."""
    try:
        findings = check(load_cohort(cohort({"adler": GOOD.replace(old, new, 1)})), load_site(site()), date(2019, 10, 1))
    except InputError as problem:
        findings = list(problem.findings)
    [found] = [finding for finding in findings if not finding.code.startswith("gateway-")]
    french = FRENCH.line(found).removeprefix("teams/adler.yml:")
    assert french.partition(": ")[0] == said.partition(": ")[0]
    if match := re.search(r"\(write ([^ ;,)]+)", said):
        assert match[1] in french or "écrivez" in french


def test_the_name_of_another_team_is_told_at_the_line_of_who_took_it(cohort: Write, site: Write) -> None:
    plume = GOOD.replace("adler-", "plume-").replace("10222", "10223").replace("plume-1\n    until", "plume-1\n    until")
    folder = cohort({"adler": GOOD, "plume": re.sub(r"      - ssh.*\n", "", plume.replace("    ssh_keys:\n", ""))})
    found = [finding for finding in check(load_cohort(folder), load_site(site()), date(2019, 10, 1)) if "subdomain" in finding.code]
    assert [(finding.code, str(finding.location)) for finding in found] == [("duplicate-subdomain", "teams/plume.yml:26:27")]


@pytest.mark.parametrize("space", ["\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_a_special_space_in_a_title_is_no_mistake(space: str, cohort: Write, site: Write) -> None:
    assert lines_of(cohort, site(), GOOD.replace("title: API", f"title: API{space}ADLER")) == []


@pytest.mark.parametrize("comment", ["# a comment", "#", "## two", "#  indented"])
def test_a_comment_is_no_mistake(comment: str, cohort: Write, site: Write) -> None:
    assert lines_of(cohort, site(), GOOD.replace("title: API", f"title: API {comment}")) == []


ADDRESS = "is not an e-mail address that GitLab and Proxmox take ("
RULE = "one address, name@domain, with letters, digits and . _ + ~ - before the @)"


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ('"<adler-2@example.org>"', f"write adler-2@example.org; {RULE}"),
        ("Two <adler-2@example.org>", f"write adler-2@example.org; {RULE}"),
        ("adler-2@example.org;", f"write adler-2@example.org; {RULE}"),
        ("mailto:adler-2@example.org", f"write adler-2@example.org; {RULE}"),
        ("adler-2 (at) example.org", f"write adler-2@example.org; {RULE}"),
        ("adler-2 [arobase] example [point] org", f"write adler-2@example.org; {RULE}"),
        ("d'arc-5@example.org", RULE),
        ("adler-2", RULE),
        ("a@example.org, b@example.org", RULE),
    ],
)
def test_an_address_that_a_server_refuses(written: str, remedy: str, *, cohort: Write, site: Write) -> None:
    (said,) = lines_of(cohort, site(), GOOD.replace("adler-2@example.org", written))
    assert said.startswith("14:12: error: email: ")
    assert said.endswith(ADDRESS + remedy)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("members:", "membres:", "5:1: error: unknown key 'membres' (did you mean 'members'?)"),
        ("machines:", "machine:", "23:1: error: unknown key 'machine' (did you mean 'machines'?)"),
        ("title: ADLER", "titre: ADLER", "1:1: error: unknown key 'titre' (did you mean 'title'?)"),
        ("title: ADLER", "Title: ADLER", "1:1: error: unknown key 'Title' (did you mean 'title'?)"),
        ("    email: adler-2", "    courriel: adler-2", "14:5: error: unknown key 'courriel' in members[2] (did you mean 'email'?)"),
        ("    role:", "    rôle:", "9:5: error: unknown key 'rôle' in members[1] (did you mean 'role'?)"),
        ("    ssh_keys:", "    clés_ssh:", "10:5: error: unknown key 'clés_ssh' in members[1] (did you mean 'ssh_keys'?)"),
        ("    ssh_keys:", "    ssh-keys:", "10:5: error: unknown key 'ssh-keys' in members[1] (did you mean 'ssh_keys'?)"),
        ("    until:", "    jusqu'au:", "12:5: error: unknown key 'jusqu'au' in members[1] (did you mean 'until'?)"),
        ("  - name: web", "  - nom: web", "24:5: error: unknown key 'nom' in machines[1] (did you mean 'name'?)"),
        ("    size: small", "    taille: small", "26:5: error: unknown key 'taille' in machines[1] (did you mean 'size'?)"),
        ("    memory:", "    mémoire:", "33:5: error: unknown key 'mémoire' in machines[2] (did you mean 'memory'?)"),
        ("    disk:", "    disque:", "34:5: error: unknown key 'disque' in machines[2] (did you mean 'disk'?)"),
        ("    size: small", "    size: petit", "26:11: error: the site has no size 'petit' (did you mean 'small'?)"),
        ("    docker: true", "    port: 80", "27:5: error: unknown key 'port' in machines[1] (it belongs in an entry of 'publish': check the indentation)"),
        ("    docker: true", "    town: Paris", "27:5: error: unknown key 'town' in machines[1] (it belongs at the beginning of a line, outside of all lists: check the indentation)"),
        ("machines:\n  - name: web\n    image: debian-12\n    size: small\n", "machines:\nname: web\nimage: debian-12\nsize: small\nx:\n", None),
    ],
)  # fmt: skip
def test_a_key_that_is_not_known(old: str, new: str, said: str | None, *, cohort: Write, site: Write) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if said is None:
        text = text[: text.index("x:\n")]
        said = "23:1: error: machines: there is no value (indent the lines that belong to it by two spaces, and begin each entry with '- ': '  - name: …')"
    assert lines_of(cohort, site(), text) == [said]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (f"ssh-ed25519 {KEY[:40]}\n          {KEY[40:]} adler-1", "ssh_keys[1]: this SSH key is cut over two lines, or broken by spaces (write the whole key on one line: type, one space, the long text, one space, a comment)"),
        (f"ssh-ed25519 {KEY[:40]}\n{KEY[40:]} adler-1", "this SSH key is cut over several lines (write the whole key on one line)"),
        (f"ssh-ed25519 {KEY[:30]}\n      {KEY[30:60]}\n      {KEY[60:]} adler-1", "this SSH key is cut over several lines (write the whole key on one line)"),
        ("~/.ssh/id_ed25519.pub", "ssh_keys[1]: this is the path of a file, not a key (write the line that the file holds: cat ~/.ssh/id_ed25519.pub)"),
        ("/home/eig/.ssh/id_rsa", "ssh_keys[1]: this is the path of a file, not a key (write the line that the file holds: cat /home/eig/.ssh/id_rsa.pub)"),
        (f"{KEY} adler-1", "ssh_keys[1]: the first word of this SSH key is missing (write ssh-ed25519 and a space before it)"),
        (f"from=10.0.0.1 ssh-ed25519 {KEY}", "ssh_keys[1]: text stands before this SSH key (begin with ssh-ed25519)"),
        ("SHA256:4Zf0FQX", "ssh_keys[1]: this is the fingerprint of a key, not the key (copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment')"),
        (f"ssh-ed25519 {KEY[:50]}", "ssh_keys[1]: this public SSH key is damaged or cut off (copy the whole line of the .pub file again)"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "this is a private key (delete it, make a new pair with ssh-keygen, and write the .pub file's line here)"),
    ],
)  # fmt: skip
def test_an_ssh_key_that_is_none(new: str, said: str, *, cohort: Write, site: Write) -> None:
    text = GOOD.replace(f"ssh-ed25519 {KEY} adler-1", new)
    assert lines_of(cohort, site(), text) == [f"11:9: error: {said}"]


IMAGE = "    image: debian-12\n    size"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (IMAGE, "\timage: debian-12\n    size", "25:1: error: a tab stands in the indentation (YAML is indented with spaces: replace the tab by spaces)"),
        (IMAGE, "    image: [debian-12]\n    size", "25:12: error: image: a list stands here, where text belongs (write debian-12, without brackets or '- ')"),
        ("  - name: web", "  -\tname: web", "24:4: error: a tab stands here, where YAML wants spaces (replace the tab by a space)"),
        (IMAGE, "    image:debian-12\n    size", "25:5: error: a space is missing after the colon (write image: debian-12)"),
        ("  - name: web", "  - name:web", "24:5: error: a space is missing after the colon (write - name: web)"),
        ("title: ADLER", "title:ADLER", "1:1: error: a space is missing after the colon (write title: ADLER)"),
        ("{subdomain: adler,", "{subdomain:adler,", "28:16: error: a space is missing after the colon (write subdomain: adler)"),
        (IMAGE, "    image debian-12\n    size", "25:5: error: the colon after 'image' is missing (write image: debian-12)"),
        ("members:\n", "members\n", "5:1: error: the colon after 'members' is missing (write members:)"),
        (IMAGE, "    image = debian-12\n    size", "25:11: error: = stands here, where a colon belongs (write image: debian-12)"),
        (IMAGE, "    image：debian-12\n    size", "25:10: error: ： stands here, where a colon belongs (write image: debian-12)"),
        (IMAGE, "\u00a0\u00a0\u00a0\u00a0image: debian-12\n    size", "25:1: error: a special space (U+00A0) stands here, where an ordinary one belongs (replace it by an ordinary space)"),
        (IMAGE, "    image:\u00a0debian-12\n    size", "25:11: error: a special space (U+00A0) stands here, where an ordinary one belongs (replace it by an ordinary space)"),
        (IMAGE, "     image: debian-12\n    size", "25:6: error: this line is not in the column of those that it belongs to (put 4 spaces before 'image', not 5)"),
        (IMAGE, "  image: debian-12\n    size", "25:3: error: this line is not in the column of those that it belongs to (put 4 spaces before 'image', not 2)"),
        ("    size: small", "size: small", "26:1: error: this line is not in the column of those that it belongs to (put 4 spaces before 'size', not 0)"),
        ("  - name: graph", "   - name: graph", "30:4: error: this line is not in the column of those that it belongs to (put 2 spaces before '- name', not 3)"),
        ("  - name: graph", "  -name: graph", "30:3: error: a space is missing after the hyphen (write - name: graph)"),
        ("  - username: adler-2", "  username: adler-2", "13:3: error: a list entry begins here without its '- ' (write - username: adler-2)"),
        ("  - username: adler-2", "    username: adler-2", "13:5: error: a list entry begins here without its '- ', or 'username' stands here twice (write - username: …)"),
        ("  - username: adler-1", "  username: adler-1", "6:3: error: a list entry begins here without its '- ' (write - username: adler-1)"),
        ("  - {username: adler-m", "  {username: adler-m", "16:3: error: mentors: a mapping (key: value) stands here, where a list belongs (begin each entry with '- ': '- username: …')"),
        ("title: ADLER", "title: ADLER: le retour", "1:8: error: a second ': ' stands in this value (write title: \"ADLER: le retour\")"),
        ("title: ADLER", 'title: "ADLER', '1:8: error: a quote is opened here and never closed (write title: "ADLER")'),
        ("title: API", "title: 'Outil d'aide'", "19:12: error: the quotes in this value end it too early (write title: \"Outil d'aide\")"),
        ("title: API", 'title: "API" publique', "19:12: error: the quotes in this value end it too early (write title: '\"API\" publique')"),
        ("title: ADLER", "title: “ADLER”", '1:8: error: typographic quotes stand here, which are no quotes for YAML (write "ADLER")'),
        ("title: ADLER", "title: ADLER,", "1:8: error: title: 'ADLER,' is not a title (write ADLER; one line of text, without spaces around it or a comma at its end)"),
        ("title: ADLER", "title: @ADLER", '1:8: error: text cannot begin with @ unless it stands in quotes (write "@ADLER")'),
        ("[python, nlp]", "[python, nlp", "22:13: error: a closing bracket is missing, or is the wrong one (write topics: [python, nlp])"),
        ("port: 8080}]", "port: 8080]", "28:14: error: a closing bracket is missing, or is the wrong one (write publish: [{subdomain: adler, port: 8080}])"),
        ("adler, port: 8080", "adler port: 8080", "28:14: error: a comma is missing between two entries (write publish: [{subdomain: adler, port: 8080}])"),
        ("town: Paris", "town:", "4:1: error: town: there is no value (write it, or delete the key)"),
        ("town: Paris", "town: #1 Paris", '4:1: error: town: there is no value: # begins a comment (write town: "#1 Paris", if that was meant, or else delete the key)'),
        ("[{public: 10222, port: 22}]", "[public: 10222, port: 22]", "29:14: error: forward: public and port stand apart, where one entry belongs (write forward: [{public: 10222, port: 22}])"),
        ("[{public: 10222, port: 22}]", "\n      - public: 10222\n      - port: 22", "30:7: error: forward: public and port stand apart, where one entry belongs (write forward: [{public: 10222, port: 22}])"),
        ("[{subdomain: adler, port: 8080}]", "[subdomain: adler, port: 8080]", "28:14: error: publish: subdomain and port stand apart, where one entry belongs (write publish: [{subdomain: adler, port: 8080}])"),
        ("town: Paris", "town: null", "4:1: error: town: there is no value (write it, or delete the key)"),
        ("town: Paris", "town: Paris\ntown: Lyon", "5:1: error: the key 'town' stands here for the second time (keep one; the first is at line 4, column 1)"),
        ("town: Paris", "+town: Paris", "4:1: error: unknown key '+town' (did you mean 'town'?)"),
        ("username: adler-2", "username: adler-2\u200b", "13:22: error: an invisible character stands here (U+200B) (delete it, or replace it by a space)"),
        ("town: Paris", "<<<<<<< HEAD\ntown: Paris\n=======\ntown: Lyon\n>>>>>>> branch", "4:1: error: a merge conflict of Git stands here, not yet resolved (keep one of the versions, and delete Git's markers in lines 4, 6 and 8)"),
        ("town: Paris", "town: Paris\n=======", "5:1: error: a merge conflict of Git stands here, not yet resolved (keep one of the versions, and delete Git's markers in line 5)"),
        ("name: One", "name: DÃ©veloppeuse", "7:11: error: name: 'DÃ©veloppeuse' was saved in a wrong encoding (write 'Développeuse')"),
        ("description: Lutter", f"description: {'x' * 501}", "3:14: error: description: the text is too long (at most 500 characters)"),
    ],
)  # fmt: skip
def test_a_slip_of_the_keyboard(old: str, new: str, said: str, *, cohort: Write, site: Write) -> None:
    assert old in GOOD
    assert lines_of(cohort, site(), GOOD.replace(old, new, 1)) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"<!DOCTYPE html>\n<html><body>\n{GOOD}", "1:1: error: this is a web page (HTML), not YAML (copy the file's own text, e.g. from GitLab's button 'Open raw')"),
        (f"```yaml\n{GOOD}```\n", "1:1: error: a line of Markdown or HTML stands here (delete it, and those like it)"),
        ("", "1:1: error: the file is empty (write something in it, or delete it)"),
        (GOOD.encode("utf-16"), "1:1: error: this file is UTF-16 (save it in the encoding UTF-8)"),
        (GOOD.replace("Lutter", "Éclairer").encode("latin-1"), "3:14: error: the byte 0xC9 is not UTF-8 (in Latin-1 it would be 'É') (save the file in the encoding UTF-8)"),
    ],
)  # fmt: skip
def test_another_sort_of_file(text: str | bytes, said: str, *, cohort: Write, site: Write) -> None:
    assert lines_of(cohort, site(), text) == [said]


@pytest.mark.parametrize(
    "text",
    [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace("title: ADLER", "title: ADLER 🚀"), GOOD.replace("adler-2@e", "Adler-2@E")],
)
def test_what_is_no_mistake(text: str, *, cohort: Write, site: Write) -> None:
    assert lines_of(cohort, site(), text) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Adler 2.yml", "teams/Adler 2.yml:1:1: error: 'Adler 2' is not a team id (rename the file to adler-2.yml: lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most)"),
        ("plume.yaml", "teams/plume.yaml:1:1: error: team files end in .yml (rename it to plume.yml)"),
        ("plume.YML", "teams/plume.YML:1:1: error: team files end in .yml (rename it to plume.yml)"),
        ("plume.yml.txt", "teams/plume.yml.txt:1:1: error: this is no team file (rename it to plume.yml, if it is one)"),
    ],
)  # fmt: skip
def test_the_name_of_the_file(name: str, said: str, *, cohort: Write, site: Write) -> None:
    cohort()
    assert said in lines_of(cohort, site(), GOOD, name)
