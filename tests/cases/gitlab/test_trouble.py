import socket
from pathlib import Path

import pytest
from support.words import raises

from eiginfra.core.errors import (
    AlreadyExistsError,
    InputError,
    LostAnswerError,
    PermanentError,
    PermissionDeniedError,
    UnreachableError,
    UsageError,
)
from eiginfra.core.secret import Secret
from eiginfra.lab.server import serve_app
from eiginfra.lab.tls import throw_away
from eiginfra.providers.gitlab.kinds import all_kinds
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

COHORT = GroupSpec(path="eig/eig3", visibility="public")
ADLER = GroupSpec(path="eig/eig3/adler", visibility="public")
API = ProjectSpec(path="eig/eig3/adler/api")
ADA = UserSpec(username="ada", name="Ada", email="ada@example.org")
MEMBERS = MembersSpec(group="eig/eig3/adler", members=[{"username": "ada", "access": "developer"}])
ALL = (ADA, COHORT, ADLER, MEMBERS, API)


def token_for(world, user, *scopes):
    return world.by_hand("POST", f"/users/{user}/personal_access_tokens", name="t", scopes=list(scopes))["token"]


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: type(spec).__name__)
def test_a_wrong_token_is_named_as_such(world, spec):
    stranger = world.as_token("glpat-wrong-token")
    with pytest.raises(PermissionDeniedError, match=r"GitLab answers 401: 401 Unauthorized; see `token:` under `gitlab:`") as problem:
        stranger.observe(spec)
    assert problem.value.exit_code == 77
    assert "glpat" not in str(problem.value)


@pytest.mark.parametrize("spec", [COHORT, ADA], ids=lambda spec: type(spec).__name__)
def test_a_token_that_may_only_read_reads_but_makes_nothing(world, spec):
    reader = world.as_token(token_for(world, world.api.me()["id"], "read_api"))
    assert reader.observe(spec) is None
    with pytest.raises(PermissionDeniedError, match=r"create (group eig/eig3|account ada): GitLab answers 403: .*api"):
        reader.kind(spec).create(spec)


def test_a_token_that_may_only_read_changes_nothing(world):
    world.apply(*ALL)
    reader = world.as_token(token_for(world, world.api.me()["id"], "read_api"))
    known = MembersSpec(group=ADLER.path, members=[{"username": "ada", "access": "developer", "id": world.account_id("ada")}])
    for spec, wanted in (
        (ADLER, GroupSpec(path=ADLER.path, visibility="private")),
        (API, ProjectSpec(path=API.path, description="x")),
        (known, MembersSpec(group=ADLER.path, members=[])),
    ):
        observed = reader.observe(spec)
        with pytest.raises(PermissionDeniedError, match="GitLab answers 403"):
            reader.kind(spec).update(observed, wanted, reader.diffs_of(wanted, observed))
        assert world.diffs(spec) == []


def test_a_developer_may_not_manage_the_group(world):
    world.apply(*ALL)
    ada = world.as_token(token_for(world, world.api.user("ada")["id"], "api"))
    wanted = GroupSpec(path=ADLER.path, description="mine")
    observed = ada.observe(wanted)
    with pytest.raises(PermissionDeniedError, match="change group eig/eig3/adler: GitLab answers 403"):
        ada.kind(wanted).update(observed, wanted, ada.diffs_of(wanted, observed))


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_a_server_that_is_down_is_named(make_world):
    url = f"http://127.0.0.1:{closed_port()}"
    world = make_world(url=url)
    with pytest.raises(UnreachableError, match=f"{url}: connection refused; start the lab") as problem:
        world.observe(COHORT)
    assert problem.value.exit_code == 69


@pytest.fixture
def secure(world):
    """The same GitLab behind TLS: its URL, and its authority's certificate."""
    tls = throw_away()
    with serve_app(world.lab.served["gitlab"].service.app, tls=tls) as url:
        yield url, tls.ca_pem


def test_a_certificate_that_is_not_trusted_names_the_key(make_world, secure):
    world = make_world(url=secure[0])
    with pytest.raises(
        UnreachableError, match=r"its certificate is not trusted .*name the certificate of its authority as `ca:` under `gitlab:`"
    ):
        world.observe(COHORT)


def test_the_sites_authority_is_trusted(make_world, secure, tmp_path: Path):
    authority = tmp_path / "ca.pem"
    authority.write_bytes(secure[1])
    world = make_world(url=secure[0], ca=authority)
    assert world.observe(COHORT) is None


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_a_fault_of_the_site_file(make_world, tmp_path, text):
    authority = tmp_path / "ca.pem"
    if text is not None:
        authority.write_text(text)
    with raises(InputError, match=r"ca\.pem: .*gitlab\.ca in the site file"):
        make_world(ca=authority)


async def website(scope, receive, send):
    """A web site that is no GitLab: a page for every path below /found, none elsewhere."""
    status = 200 if scope["path"].startswith("/found") else 404
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<p>Welcome</p>"})


@pytest.mark.parametrize(
    ("path", "words"), [("", "no GitLab answers at {url}"), ("/found", "{url}/api/v4/.* does not answer as GitLab's API")]
)
def test_a_web_site_at_the_url_is_named(make_world, path, words):
    with serve_app(website) as root:
        url = f"{root}{path}"
        with pytest.raises(PermanentError, match=words.format(url=url)):
            make_world(url=url).observe(COHORT)


async def moved(scope, receive, send):
    headers = [(b"location", b"https://gitlab.example.org/elsewhere")]
    await send({"type": "http.response.start", "status": 301, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def test_a_token_is_not_carried_to_another_server(make_world):
    with serve_app(moved) as url, pytest.raises(PermanentError, match=r"sends its visitors on to https://gitlab\.example\.org"):
        make_world(url=url).observe(COHORT)


def test_tls_at_a_port_without_it_is_named(make_world, world):
    url = world.url.replace("http:", "https:")
    with pytest.raises(UnreachableError, match=f"{url}: no secure connection .*speaks TLS"):
        make_world(url=url).observe(COHORT)


def test_a_site_without_gitlab_describes_its_kinds_but_asks_nothing():
    for kind in all_kinds(None):
        assert kind.spec.model_json_schema()["properties"]
        assert kind.title
    group = next(kind for kind in all_kinds(None) if kind.name == "gitlab.group")
    assert list(group.check(COHORT, {})) == []
    with pytest.raises(UsageError, match="the site has no gitlab section"):
        group.create(COHORT)


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: type(spec).__name__)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 0},
        {"kind": "status", "status": 503},
        {"kind": "drop"},
    ],
    ids=["429", "503", "drop"],
)
def test_reads_are_repeated(world, spec, fault):
    world.apply(*ALL)
    world.fault(rules=[{"match": "GET /", "times": 2, **fault}])
    assert world.diffs(spec) == []


@pytest.mark.parametrize("spec", [ADA, COHORT], ids=lambda spec: type(spec).__name__)
@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "error_after", "status": 500}, {"kind": "error_after", "status": 502}])
def test_a_creation_whose_answer_is_lost_is_neither_repeated_nor_lost(world, spec, fault):
    world.fault(rules=[{"match": "POST /", "times": 1, **fault}])
    with pytest.raises(LostAnswerError):
        world.kind(spec).create(spec)
    assert world.api.client.meter.counts["POST"] == 1
    assert world.kind(spec).read(spec, {}) is not None
    with pytest.raises(AlreadyExistsError):
        world.kind(spec).create(spec)
    assert world.diffs(spec) == []


def test_a_creation_refused_for_haste_is_repeated(world):
    world.fault(rules=[{"match": "POST /", "times": 2, "kind": "status", "status": 429, "retry_after": 0}])
    world.apply(COHORT)


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "error_after", "status": 502}])
def test_a_change_whose_answer_is_lost_is_repeated(world, fault):
    world.apply(COHORT)
    world.fault(rules=[{"match": "PUT /api", "times": 1, **fault}])
    world.apply(GroupSpec(path="eig/eig3", description="changed"))


def test_an_empty_plan_costs_pages_and_one_request_a_group(world):
    specs = [COHORT]
    for team in range(15):
        specs += [
            UserSpec(username=f"u{team}", name="U", email=f"u{team}@example.org"),
            GroupSpec(path=f"eig/eig3/t{team}"),
            MembersSpec(group=f"eig/eig3/t{team}", members=[{"username": f"u{team}", "access": "maintainer"}]),
            ProjectSpec(path=f"eig/eig3/t{team}/api"),
        ]
    for spec in specs:
        world.kind(spec).create(spec)
    fresh = world.as_token(world.settings.token.reveal())
    for kind in fresh.kinds.values():
        wanted = [spec for spec in specs if type(spec) is kind.spec]
        if not wanted:
            continue
        assert len(fresh.observation(*wanted).objects) == len(wanted)
    pages = 3  # accounts, groups, projects
    assert fresh.api.client.meter.total <= 6 + pages + 15
    assert fresh.api.client.meter.counts == {"GET": fresh.api.client.meter.total}


def test_secrets_are_in_no_repr(world):
    assert world.settings.token.reveal() not in repr(world.settings)
    assert "***" in repr(Secret("x"))
