"""One lab GitLab for each worker; tests keep apart by names of their own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import gitlab
import pytest
import requests

from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running

_numbers = count(1)


class Api:
    """Plain HTTP to one service of the lab, with a token or without."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["PRIVATE-TOKEN"] = token

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        prefix = "" if path.startswith("/_lab") else "/api/v4"
        return self.session.request(method, f"{self.base}{prefix}{path}", timeout=10, **options)


@pytest.fixture(scope="session")
def gitlab_lab() -> Iterator[Lab]:
    with running(LabConfig(gitlab_port=0, services=("gitlab",))) as lab:
        yield lab


@pytest.fixture
def own_lab() -> Iterator[Lab]:
    """A lab for one test alone, where its faults disturb no other."""
    with running(LabConfig(gitlab_port=0, services=("gitlab",))) as lab:
        yield lab


@pytest.fixture(scope="session")
def api(gitlab_lab: Lab) -> Api:
    return Api(gitlab_lab.urls["gitlab"], gitlab_lab.served["gitlab"].service.token)


@pytest.fixture
def own_api(own_lab: Lab) -> Api:
    return Api(own_lab.urls["gitlab"], own_lab.served["gitlab"].service.token)


@pytest.fixture(scope="session")
def stranger(gitlab_lab: Lab) -> Api:
    """No token at all."""
    return Api(gitlab_lab.urls["gitlab"])


@pytest.fixture(scope="session")
def connect() -> Callable[[Lab], gitlab.Gitlab]:
    """python-gitlab as the administrator of a lab."""

    def make(lab: Lab) -> gitlab.Gitlab:
        session = requests.Session()
        session.trust_env = False
        return gitlab.Gitlab(lab.urls["gitlab"], private_token=lab.served["gitlab"].service.token, session=session)

    return make


@pytest.fixture(scope="session")
def gl(gitlab_lab: Lab, connect: Callable[[Lab], gitlab.Gitlab]) -> gitlab.Gitlab:
    return connect(gitlab_lab)


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """A name that no other test has."""
    return lambda prefix="x": f"{prefix}-{next(_numbers)}"


@pytest.fixture
def group(gl: gitlab.Gitlab, fresh: Callable[[str], str]) -> Any:
    """A public group at the top, with no other owner than the administrator."""
    name = fresh("group")
    return gl.groups.create({"name": name, "path": name, "visibility": "public"})


@pytest.fixture
def person(gl: gitlab.Gitlab, fresh: Callable[[str], str]) -> Callable[..., Any]:
    """Makes an account."""

    def make(**fields: Any) -> Any:
        name = fresh("person")
        wanted = {"username": name, "name": name, "email": f"{name}@example.org", "force_random_password": True}
        return gl.users.create({**wanted, "skip_confirmation": True, **fields})

    return make


@pytest.fixture
def acting(gitlab_lab: Lab) -> Callable[..., Api]:
    """The API as another user sees it."""

    def make(user: Any, *scopes: str) -> Api:
        token = user.personal_access_tokens.create({"name": "test", "scopes": list(scopes or ("api",))})
        return Api(gitlab_lab.urls["gitlab"], token.token)

    return make
