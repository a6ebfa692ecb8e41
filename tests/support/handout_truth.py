"""What handouts claim, read out of their HTML; and what the lab's servers show, asked by plain HTTP and SSH without eiginfra."""

import base64
import hashlib
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import paramiko
import requests
import yaml
from support.gateway_ssh import Entered, OverChannel, Person, enter

from eiginfra.cli.main import run
from eiginfra.lab.server import Lab

ROOT = Path(__file__).parents[2]
TEAMS = ("adler", "karfur", "open-chronic")
ROLES = {10: "guest", 20: "reporter", 30: "developer", 40: "maintainer", 50: "owner"}
GROUP = "eig/eig3"
Claim = tuple[str, ...]


# Claims.


@dataclass
class Cell:
    """A cell of a table: its text, a space for each line break, and those of its texts that say that all is well."""

    text: str = ""
    good: list[str] = field(default_factory=list)
    link: str = ""

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


class Tables(HTMLParser):
    """The rows of all tables of a page by the section that they are in, and the texts of its `pre`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[list[Cell]]] = {}
        self.copied: list[str] = []
        self.whole: dict[str, str] = {}
        self._sections: list[str] = [""]
        self._cell: Cell | None = None
        self._good = self._pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._sections.append(given.get("aria-labelledby") or "")
        elif tag == "tr":
            self.rows.setdefault(self._sections[-1], []).append([])
        elif tag in ("th", "td"):
            self._cell = Cell()
            self.rows.setdefault(self._sections[-1], [[]])[-1].append(self._cell)
        elif tag == "span" and "mark good" in (given.get("class") or ""):
            self._good = True
        elif tag == "br" and self._cell is not None:
            self._cell.text += "\n"
        elif tag == "pre":
            self._pre = True
            self.copied.append("")
        elif tag == "a" and self._cell is not None:
            self._cell.link = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._sections.pop()
        elif tag in ("th", "td"):
            self._cell = None
        elif tag == "span":
            self._good = False
        elif tag == "pre":
            self._pre = False

    def handle_data(self, data: str) -> None:
        data = data.replace("\u00a0", " ")
        self.whole[self._sections[-1]] = self.whole.get(self._sections[-1], "") + data
        if self._pre:
            self.copied[-1] += data
        elif self._cell is not None:
            self._cell.text += data
            if self._good:
                self._cell.good.append(data)


def claims(folder: Path) -> set[Claim]:
    """All that the teams' and people's handouts (English) say to be there."""
    return {claim for path in sorted(folder.glob("*.html")) if path.stem != "index" for claim in _page(path)}


def _page(path: Path) -> Iterator[Claim]:
    page = Tables()
    page.feed(path.read_text(encoding="utf-8"))
    team, _, person = path.stem.partition(".")
    yield from _access(page, person) if person else _people(page)
    for row in page.rows.get("gitlab", []):
        if row[0].link:
            yield "project", row[0].link, row[1].words
    for row in page.rows.get("machines", []):
        yield from _machine(row)
    for row in page.rows.get("quota", []):
        if " of " in row[-1].words:
            yield "used", team, row[0].words, row[-1].words.partition(" of ")[0]
    for row in page.rows.get("connect", []):
        yield from _connection(row)
    yield from (("public", row[0].words) for row in page.rows.get("public", []) if row[2].good)
    yield from (("gateway", text.split("User ")[1].split()[0]) for text in page.copied if text.startswith("Host eig3.gateway"))


def _connection(row: list[Cell]) -> Iterator[Claim]:
    """Of a machine: whose keys are there, on a team's page, and its fingerprint."""
    host, fingerprint = row[0].words, row[-1].words
    if fingerprint.startswith("SHA256:"):
        yield "fingerprint", host, fingerprint
    if len(row) == 3:
        yield from (("key", name, host) for name in row[1].text.partition("\n")[0].split(", ") if "-" in name)


def _people(page: Tables) -> Iterator[Claim]:
    titles = [cell.words for cell in page.rows["team"][0]]
    for row in page.rows["team"][1:]:
        found = dict(zip(titles, row, strict=True))
        name = row[0].text.split("\n")[0].strip()
        yield from (("role", name, role) for role in found["GitLab"].good)
        yield from (("gateway", name) for _ in found["Gateway"].good)
        yield from (("proxmox", name) for _ in found["Proxmox"].good)


def _access(page: Tables, person: str) -> Iterator[Claim]:
    for row in page.rows.get("access", []):
        what, subject = row[0].words, row[0].words.rpartition(" ")[2]
        for state in row[1].good:
            if what.startswith("Account on GitLab"):
                yield "account", subject
            elif what.startswith("Group on GitLab"):
                yield "role", person, state
            elif what.startswith("SSH key"):
                yield "key", person, subject
            elif what.startswith("Account on the gateway"):
                yield "gateway", person
            else:
                yield "proxmox", person


def _machine(row: list[Cell]) -> Iterator[Claim]:
    host, state, address = row[0].text.split("\n")[0], row[2], row[3].words
    if not address or "." not in address:
        return
    yield "machine", host, address
    yield "size", host, *(cell.words for cell in row[5:8])
    if "running" in state.good:
        yield "running", host


# The truth.


@dataclass
class Scene:
    """Three teams whose members have real keys, a lab where all is applied, and its handouts."""

    folder: Path
    lab: Lab
    people: Mapping[str, Person]

    def call(self, *arguments: str) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            ended = run([*arguments, "--settings", str(self.folder / "eiginfra.yml")])
        assert ended == 0, printed.getvalue()
        return printed.getvalue()

    def claims(self) -> set[Claim]:
        """Of handouts that are made now."""
        self.call("handouts", "--in", "en", "--out", str(self.folder / "handouts"))
        return claims(self.folder / "handouts")

    def gitlab(self, method: str, path: str, /, **parameters: Any) -> Any:
        headers = {"PRIVATE-TOKEN": self.lab.served["gitlab"].service.token}
        answer = requests.request(method, f"{self.lab.urls['gitlab']}/api/v4{path}", headers=headers, data=parameters, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def proxmox(self, method: str, path: str, /, **parameters: Any) -> Any:
        headers = {"Authorization": f"PVEAPIToken=eiginfra@pve!ci={self.lab.served['proxmox'].service.token}"}
        url = f"{self.lab.urls['proxmox']}/api2/json{path}"
        answer = requests.request(method, url, headers=headers, data=parameters or None, timeout=10, verify=self._ca)
        answer.raise_for_status()
        return answer.json()["data"]

    def control(self, service: str, **wanted: Any) -> Any:
        """What somebody does on the server by hand; without anything, what is there."""
        url, verify = f"{self.lab.urls[service]}/_lab/{service}", self._ca
        answer = requests.request("PUT" if wanted else "GET", url, json=wanted or None, timeout=10, verify=verify)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @property
    def _ca(self) -> str:
        return str(self.folder / "site" / "proxmox-ca.pem")

    def guests(self) -> Mapping[str, Mapping[str, Any]]:
        """Those of the teams by name."""
        found = [{**guest, "kind": kind} for kind in ("lxc", "qemu") for guest in self.proxmox("GET", f"/nodes/eig/{kind}")]
        return {guest["name"]: guest for guest in found if not guest.get("template") and guest["name"].startswith(TEAMS)}

    def truth(self) -> set[Claim]:
        """Everything that handouts may claim now."""
        return {*self._of_gitlab(), *self._of_machines(), *self._of_people(), *self._of_the_gateway()}

    def _of_gitlab(self) -> Iterator[Claim]:
        active = {user["username"] for user in self.gitlab("GET", "/users?per_page=100") if user["state"] == "active"}
        yield from (("account", name) for name in active)
        for team in TEAMS:
            group = quote(f"{GROUP}/{team}", safe="")
            for member in self.gitlab("GET", f"/groups/{group}/members"):
                if member["username"] in active:
                    yield "role", member["username"], ROLES[member["access_level"]]
            projects = [each for each in self.gitlab("GET", f"/groups/{group}/projects") if not each.get("marked_for_deletion_on")]
            yield from (("project", project["web_url"], project["visibility"]) for project in projects)
            yield "used", team, "Projects", str(len(projects))

    def _of_machines(self) -> Iterator[Claim]:
        used: dict[str, list[tuple[int, int, int]]] = {team: [] for team in TEAMS}
        for name, guest in self.guests().items():
            config = self.proxmox("GET", f"/nodes/eig/{guest['kind']}/{guest['vmid']}/config")
            sizes = int(config["cores"]), int(config["memory"]) << 20, _disk(config)
            address = next(part for part in _network(config).split(",") if part.startswith("ip=")).removeprefix("ip=").split("/")[0]
            yield "machine", name, address
            yield "size", name, str(sizes[0]), _size(sizes[1]), _size(sizes[2])
            if guest["status"] == "running":
                yield "running", name
            used[max((team for team in TEAMS if name.startswith(f"{team}-")), key=len)].append(sizes)
        for team, all_sizes in used.items():
            yield "used", team, "Machines", str(len(all_sizes))
            yield "used", team, "Cores", str(sum(sizes[0] for sizes in all_sizes))
            yield "used", team, "Memory", _size(sum(sizes[1] for sizes in all_sizes))
            yield "used", team, "Disk", _size(sum(sizes[2] for sizes in all_sizes))

    def _of_people(self) -> Iterator[Claim]:
        enabled = {user["userid"] for user in self.proxmox("GET", "/access/users") if str(user.get("enable", 1)) == "1"}
        for team in TEAMS:
            members = self.proxmox("GET", f"/access/groups/eig3-{team}")["members"]
            yield from (("proxmox", name.partition("@")[0]) for name in members if name in enabled)
        for username, person in self.people.items():
            with suppress(paramiko.SSHException):
                self._jump(username, person).transport.close()
                yield "gateway", username
        eiginfra = self._jump("eiginfra", Person(self.lab.served["gateway"].service.token))
        for name, guest in self.guests().items():
            if guest["status"] == "running":
                yield from self._inside(name, lambda vmid=guest["vmid"]: eiginfra.open(f"192.168.0.{vmid}"))
        eiginfra.transport.close()

    def _jump(self, username: str, person: Person) -> Entered:
        """Their connection to the gateway."""
        return enter(("127.0.0.1", self.lab.served["gateway"].service.access.port), username, person.key)

    def _inside(self, name: str, connect: Callable[[], paramiko.Channel]) -> Iterator[Claim]:
        """The host key of a machine, and whose keys let them in as root."""
        looking = OverChannel(connect())
        looking.start_client(timeout=10)
        key = looking.get_remote_server_key().asbytes()
        yield "fingerprint", name, f"SHA256:{base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip('=')}"
        looking.close()
        for username, person in self.people.items():
            with suppress(paramiko.SSHException):
                enter(connect(), "root", person.key).transport.close()
                yield "key", username, name

    def _of_the_gateway(self) -> Iterator[Claim]:
        for name in ("adler", "karfur", "karfur-api", "open-chronic"):
            host = f"{name}.eig-apps.example.org"
            with suppress(requests.ConnectionError):  # nginx closes the connection for a name that it does not serve
                answer = requests.get(self.lab.urls["gateway"], headers={"Host": host}, timeout=10, allow_redirects=False)
                if answer.headers.get("Location") == f"https://{host}/":
                    yield "public", host
        loaded = self.control("gateway")["loaded"] or ""
        yield from (("public", f"127.0.0.1:{port}") for port in (10222, 10422) if str(port) in loaded)


def _network(config: Mapping[str, Any]) -> str:
    return str(config["ipconfig0"] if "ipconfig0" in config else config["net0"])


def _disk(config: Mapping[str, Any]) -> int:
    volumes = [
        value for key, value in config.items() if key == "rootfs" or (key[:-1] in ("scsi", "virtio", "mp") and "size=" in str(value))
    ]
    sizes = [part.removeprefix("size=") for value in volumes for part in str(value).split(",") if part.startswith("size=")]
    return sum(int(size[:-1]) << {"G": 30, "M": 20}[size[-1]] for size in sizes)


def _size(amount: int) -> str:
    """As handouts write it in English."""
    whole = not amount or (amount >= 2**30 and amount * 100 % 2**30 == 0)
    return f"{amount / 2**30:g} GiB" if whole else f"{amount >> 20} MiB"


def prepare(folder: Path) -> Mapping[str, Person]:
    """The files, where each member has a key whose private half is known."""
    people: dict[str, Person] = {}
    teams = folder / "inventories" / "eig3" / "teams"
    teams.mkdir(parents=True)
    for name in TEAMS:
        team = yaml.safe_load((ROOT / "inventories/eig3/teams" / f"{name}.yml").read_text(encoding="utf-8"))
        for member in team["members"]:
            people[member["username"]] = Person()
            member["ssh_keys"] = [f"{people[member['username']].public} {member['username']}"]
            member.update({"until": str(member["until"])} if "until" in member else {})
        (teams / f"{name}.yml").write_text(yaml.safe_dump(team, allow_unicode=True), encoding="utf-8")
    cohort = yaml.safe_load((ROOT / "inventories/eig3/cohort.yml").read_text(encoding="utf-8"))
    cohort["quota"]["teams"] = {name: limits for name, limits in cohort["quota"]["teams"].items() if name in TEAMS}
    cohort = {key: value for key, value in cohort.items() if key != "exceptions"} | {key: str(cohort[key]) for key in ("starts", "ends")}
    for event in cohort.get("events", []):
        event.update({key: str(event[key]) for key in ("starts", "ends") if key in event})
    (teams.parent / "cohort.yml").write_text(yaml.safe_dump(cohort, allow_unicode=True), encoding="utf-8")
    (folder / "site").mkdir()
    (folder / "playbooks").mkdir()
    shutil.copy(ROOT / "eiginfra/playbook/packaged/site.yml", folder / "playbooks")
    settings = "inventory: inventories/eig3\nplaybook: playbooks/site.yml\nsite: site/site.yml\nas_of: 2019-10-01\n"
    (folder / "eiginfra.yml").write_text(settings, encoding="utf-8")
    return people
