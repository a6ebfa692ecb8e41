from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from support.gitlab_contract import check_answer, check_request
from support.gitlab_road import Road

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.secret import Secret, SecretSource
from eiginfra.core.spec import Spec
from eiginfra.engine.diff import diff
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.settings import GitLabSettings


def differences(spec: Spec, observed: Observed) -> list[FieldDiff]:
    """What the engine acts on: all that differs and is not blocked."""
    found = diff(type(spec), spec.values(), observed.values, None)
    return [item for item in found if not {item.label, item.field} & observed.blocked.keys()]


@dataclass
class World:
    """eiginfra's kinds on one side, a stranger with the administrator's token on the other."""

    url: str
    settings: GitLabSettings
    lab: Lab
    sent: list[requests.PreparedRequest] = field(default_factory=list)
    answers: list[requests.Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kinds: dict[str, Kind[Any]] = {kind.name: kind for kind in all_kinds(GitLabApi(GitLabClient(self.settings)))}
        object.__setattr__(self.api.client.policy, "backoff", 0.001)

        def note(response: requests.Response, **_: Any) -> None:
            self.sent.append(response.request)
            self.answers.append(response)

        self.api.client.session.hooks["response"].append(note)

    @property
    def api(self) -> GitLabApi:
        return self.kinds["gitlab.group"].api  # type: ignore[attr-defined]

    def as_token(self, secret: str, **changes: Any) -> "World":
        return World(self.url, replace(self.settings, token=Secret(secret), **changes), self.lab, self.sent, self.answers)

    def kind(self, spec: Spec) -> Kind[Any]:
        return next(kind for kind in self.kinds.values() if type(spec) is kind.spec)

    def resource(self, spec: Spec, team: str | None = None) -> Resource:
        kind = self.kind(spec)
        return Resource(Address(kind.name, kind.key(spec)), spec, team=team)

    def observation(self, *specs: Spec, teams: tuple[str, ...] = ("adler",)) -> Observation:
        resources = [self.resource(spec) for spec in specs]
        everything = {resource.address: resource for resource in resources}
        return self.kind(specs[0]).observe(Scope("eig3", teams, resources, everything=everything))

    def observe(self, spec: Spec) -> Observed | None:
        address = self.resource(spec).address
        return next((found for found in self.observation(spec).objects if found.address == address), None)

    def diffs(self, spec: Spec) -> list[FieldDiff]:
        observed = self.observe(spec)
        assert observed is not None, f"{spec} is not there"
        return differences(spec, observed)

    def diffs_of(self, spec: Spec, observed: Observed) -> list[FieldDiff]:
        return differences(spec, observed)

    def apply(self, *specs: Spec) -> Observed:
        """As the engine does: create, or read again and update; the answer has to show what was wanted."""
        for spec in specs:
            kind, observed = self.kind(spec), self.observe(spec)
            if observed is None:
                done = kind.create(spec)
            else:
                again = kind.read(spec, observed.handle)
                assert again is not None
                assert again.values == observed.values
                done = kind.update(again, spec, differences(spec, again))
            assert done is not None
            assert differences(spec, done) == []
            assert self.diffs(spec) == []
        return done

    def by_hand(self, method: str, url: str, **body: Any) -> Any:
        """A change made behind eiginfra's back."""
        response = requests.request(
            method, f"{self.url}/api/v4{url}", json=body or None, headers={"PRIVATE-TOKEN": self.settings.token.reveal()}, timeout=10
        )
        assert response.ok, response.text
        self.answers.append(response)
        return response.json() if response.content else None

    def account_id(self, name: str) -> int:
        """The ID of an account as it is called now."""
        return int(self.by_hand("GET", f"/users?username={name}")[0]["id"])

    def fault(self, **faults: Any) -> None:
        """Switch the lab's faults on, or off when nothing is named."""
        requests.put(f"{self.url}/_lab/faults", json=faults, timeout=10).raise_for_status()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def road(world: World, tmp_path: Path) -> Road:
    """The engine and a journal over the world's kinds."""
    return Road(world, tmp_path)


@pytest.fixture
def inviting(road):
    """The site invites; the token is the administrator's all the same."""
    return road.later(road.world.as_token(road.world.settings.token.reveal(), accounts="invite"))


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    with running(LabConfig(gitlab_port=0, services=("gitlab",))) as lab:
        worlds: list[World] = []

        def make(**settings: Any) -> World:
            token = Secret(lab.served["gitlab"].service.token)
            given = {"url": lab.urls["gitlab"], "token": token, "root_group": "eig", "accounts": "create", "timeout": 10, "secrets": _vault}
            worlds.append(World(lab.urls["gitlab"], GitLabSettings(**{**given, **settings}), lab))
            return worlds[-1]

        yield make
        for world in worlds:
            for request in world.sent:
                check_request(request)
            for answer in world.answers:
                if answer.url.startswith(lab.urls["gitlab"]):  # and not one of the servers that only some tests know
                    check_answer(answer)
            world.api.client.session.close()


def _vault(source: SecretSource) -> Secret:
    return Secret(f"the-secret-of-{source.env}")
