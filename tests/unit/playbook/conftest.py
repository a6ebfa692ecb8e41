import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observation, Observed
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec
from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site, SiteFile
from eiginfra.playbook import Compiled, compile_playbook
from eiginfra.playbook.loader import read_playbook
from eiginfra.playbook.place import Place
from eiginfra.wiring.providers import filters

AS_OF = date(2019, 10, 1)


def ssh_key(number: int) -> str:
    parts = (b"ssh-ed25519", bytes([number]) * 32)
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-ed25519 {b64encode(blob).decode()} key-{number}"


class Access(Spec):
    username: str
    access: Literal["reporter", "developer", "maintainer"]
    expires: date | None = None


class GroupSpec(Spec):
    path: str
    name: str = ""
    description: str = ""
    visibility: Literal["public", "private"] = "private"
    topics: tuple[str, ...] = ()
    token: Annotated[str, Rules(sensitive=True), Field(max_length=5)] = ""


class MembersSpec(Spec):
    group: str
    members: Annotated[tuple[Access, ...], Rules(entries="username")]


class BoxSpec(Spec):
    mark: str
    image: Annotated[str | int | None, CREATE_ONLY] = None
    cores: int = 1
    memory: ByteSize = ByteSize(0)
    nesting: bool = False
    keys: tuple[str, ...] = ()
    node: Annotated[str, Rules(assigned=True)] = ""


class FakeKind(Kind[Any]):
    def __init__(self, name: str, spec: type[Spec], key: str) -> None:
        self.name = name  # type: ignore[misc]
        self.spec = spec  # type: ignore[misc]
        self._key = key

    def key(self, spec: Any) -> str:
        return str(getattr(spec, self._key))

    def observe(self, scope: Any) -> Observation:
        raise NotImplementedError

    def read(self, spec: Any, handle: Mapping[str, Any]) -> Observed | None:
        raise NotImplementedError

    def create(self, spec: Any) -> Observed | None:
        raise NotImplementedError

    def update(self, observed: Any, spec: Any, diffs: Any) -> Observed | None:
        raise NotImplementedError


class NoDocument:
    """A file of which only the name is known."""

    def __init__(self, file: str) -> None:
        self.file = file

    def locate(self, *path: str | int) -> Location:
        return Location(file=self.file)

    locate_key = locate


def place(file: str) -> Place:
    return Place(NoDocument(file))


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry(
        [
            FakeKind("gitlab.group", GroupSpec, "path"),
            FakeKind("gitlab.members", MembersSpec, "group"),
            FakeKind("proxmox.container", BoxSpec, "mark"),
            FakeKind("gateway.site", GroupSpec, "path"),
        ]
    )


@pytest.fixture(scope="session")
def site() -> Site:
    file = SiteFile.model_validate(
        {
            "gitlab": {"url": "https://gitlab.example.org", "token": {"env": "TOKEN_OF_GITLAB"}, "root_group": "eig"},
            "sizes": {"small": {"cores": 1, "memory": "512MiB", "disk": "8GiB"}},
            "images": {"debian-12": {"container": "local:vztmpl/debian-12.tar.zst", "vm": 9012}},
        }
    )
    return Site(name="lab", file=file, document=NoDocument("lab.yml"))


def _team(team: str, **fields: Any) -> Team:
    return Team.model_validate({"id": team, "title": team.upper(), "administration": "DINUM", **fields})


@pytest.fixture(scope="session")
def make_team() -> Callable[..., Team]:
    return _team


@pytest.fixture(scope="session")
def make_cohort() -> Callable[[Iterable[Team]], Cohort]:
    def make(teams: Iterable[Team]) -> Cohort:
        file = CohortFile.model_validate({"cohort": "eig3", "title": "Promotion 3", "starts": "2019-09-02", "ends": "2020-07-01"})
        teams = tuple(teams)
        documents = {team.id: NoDocument(f"{team.id}.yml") for team in teams}
        return Cohort(file=file, teams=teams, document=NoDocument("cohort.yml"), documents=documents)

    return make


@pytest.fixture(scope="session")
def cohort(make_cohort: Callable[[Iterable[Team]], Cohort]) -> Cohort:
    adler = _team(
        "adler",
        title="ADLER",
        members=[
            {"username": "adler-1", "name": "Dev 1", "email": "a1@example.org", "role": "maintainer", "ssh_keys": [ssh_key(1)]},
            {"username": "adler-2", "email": "a2@example.org", "until": "2020-03-31", "ssh_keys": [ssh_key(1)]},
            {"username": "adler-left", "email": "a3@example.org", "until": "2019-09-30", "ssh_keys": [ssh_key(2)]},
        ],
        mentors=[{"username": "adler-mentor", "email": "m@example.org"}],
        projects=[{"name": "api", "title": "API"}, {"name": "site", "visibility": "private"}],
        machines=[
            {"name": "web", "image": "debian-12", "size": "small", "docker": True},
            {"name": "db", "type": "vm", "image": "debian-12", "cores": 2, "memory": "1GiB", "disk": "9GiB", "protect": True},
        ],
    )
    return make_cohort([adler, _team("open-chronic"), _team("plume", description="Text")])


@pytest.fixture(scope="session")
def compiled(registry: Registry, site: Site, cohort: Cohort) -> Callable[..., Compiled]:
    def run(text: str, **changed: Any) -> Compiled:
        playbook = read_playbook(parse_document(text.encode(), "site.yml"), filters())
        given = {"cohort": cohort, "site": site, "registry": registry, "as_of": AS_OF, "available": {"gitlab", "proxmox"}, **changed}
        return compile_playbook(playbook, **given)

    return run


@pytest.fixture(scope="session")
def errors(compiled: Callable[..., Compiled]) -> Callable[..., list[str]]:
    """The errors of a playbook, as people read them."""

    def run(text: str, **changed: Any) -> list[str]:
        with pytest.raises(InputError) as caught:
            compiled(text, **changed)
        return [line(finding).removeprefix("site.yml:") for finding in caught.value.findings]

    return run


@pytest.fixture(scope="session")
def evaluated(compiled: Callable[..., Compiled]) -> Callable[..., Any]:
    """The value that a template gives for the team adler, as a variable hands it on."""

    def run(template: str, **variables: Any) -> Any:
        names = json.dumps({**variables, "result": template})
        text = f"- teams: adler\n  vars: {names}\n  tasks: [{{proxmox.container: {{mark: x, image: '{{{{ result }}}}'}}}}]"
        return compiled(text).resources[0].spec.image

    return run
