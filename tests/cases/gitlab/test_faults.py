"""Bad days on the whole road: no duplicate, no wrong removal, and as wanted after the next run."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, pairwise, repeat
from time import time

import pytest
import requests
from support.gitlab_road import reasons
from support.words import told

from eiginfra.core.secret import Secret
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec
from eiginfra.providers.gitlab.settings import GitLabSettings
from eiginfra.providers.http import HttpPolicy

SPACE = "eig/eig3/adler"
PEOPLE = [{"username": name, "access": "developer", "expires": "2030-06-30"} for name in ("ada", "bob", "eve")]
WANTED = (
    *(UserSpec(username=person["username"], email=f"{person['username']}@example.org") for person in PEOPLE),
    GroupSpec(path="eig/eig3", visibility="public"),
    GroupSpec(path=SPACE, visibility="public"),
    MembersSpec(group=SPACE, members=PEOPLE),
    ProjectSpec(path=f"{SPACE}/api", title="API"),
    FileSpec(project=f"{SPACE}/api", files={"README.md": "# API\n"}),
    ProtectedBranchSpec(project=f"{SPACE}/api", branch="main", push="maintainers", merge="developers"),
    LabelSpec(group=SPACE, name="bug", color="#ff0000"),
    VariableSpec(group=SPACE, key="TOKEN", value={"env": "X"}, masked=True),
)
CHANGED = (
    *WANTED[:4],
    GroupSpec(path=SPACE, visibility="public", description="changed"),
    MembersSpec(group=SPACE, members=[{**PEOPLE[0], "access": "maintainer"}, PEOPLE[1]]),
    ProjectSpec(path=f"{SPACE}/api", title="Autre"),
    WANTED[7],
    ProtectedBranchSpec(project=f"{SPACE}/api", branch="main", push="developers", merge="developers"),
    LabelSpec(group=SPACE, name="bug", color="#00ff00"),
    VariableSpec(group=SPACE, key="TOKEN", value={"env": "X"}, masked=False),
)
FAULTS = {
    "429": {"kind": "status", "status": 429, "retry_after": 0},
    "503": {"kind": "status", "status": 503},
    "500 after the work": {"kind": "error_after", "status": 500},
    "502 after the work": {"kind": "error_after", "status": 502},
    "dropped before": {"kind": "drop"},
    "dropped after": {"kind": "drop_after"},
}


@pytest.fixture
def road(road):
    return road.later(road.world.as_token(road.world.settings.token.reveal(), secrets=lambda _: Secret("a-long-secret-value")))


def standing(world):
    """Everything there is, each once, by name."""
    names = [found["username"] for found in world.by_hand("GET", "/users?per_page=100")]
    names += [found["full_path"] for found in world.by_hand("GET", "/groups?per_page=100")]
    names += [found["path_with_namespace"] for found in world.by_hand("GET", "/projects?per_page=100")]
    for below, name in (("members", "username"), ("labels", "name"), ("variables", "key")):
        names += [f"{below} {found[name]}" for found in world.by_hand("GET", f"/groups/eig%2Feig3%2Fadler/{below}")]
    project = "/projects/eig%2Feig3%2Fadler%2Fapi"
    names += [f"rule {found['name']}" for found in world.by_hand("GET", f"{project}/protected_branches")]
    return Counter([*names, *(found["title"] for found in world.by_hand("GET", f"{project}/repository/commits"))])


EXPECTED = {
    *("ada", "bob", "eve", "eiginfra-bot"),
    *("eig", "eig/eig3", SPACE, f"{SPACE}/api"),
    *("members ada", "members bob", "members eve", "members eiginfra-bot"),
    *("labels bug", "variables TOKEN", "rule main", "First files"),
}


def met(world):
    """How often the faults that are switched on were met."""
    rules = requests.get(f"{world.url}/_lab/faults", timeout=10).json()["rules"]
    return sum(rule["times"] == 0 for rule in rules)


def run_through(road, *wanted):
    """At most three runs, of which only the first may fail; it met a fault."""
    for attempt in range(3):
        road = road.later()
        plan = road.plan(*wanted)
        if plan.empty:
            return
        report = road.run(plan)
        assert not report.failed or attempt == 0, reasons(report)
        assert attempt or met(road.world)
        road.world.fault()
    raise AssertionError("not as wanted after three runs")


@pytest.mark.parametrize("skip", range(4))
@pytest.mark.parametrize("fault", FAULTS)
def test_writes_that_fail_leave_no_duplicate_and_no_gap(road, fault, skip):
    """The fault meets every fourth write, beginning anywhere."""
    rules = [{"match": r"^(POST|PUT|DELETE|PATCH) /api", "times": 1, "skip": skip + 4 * turn, **FAULTS[fault]} for turn in range(4)]
    road.world.fault(rules=rules)
    run_through(road, *WANTED)
    assert standing(road.world) == dict.fromkeys(EXPECTED, 1)
    road.world.fault(rules=rules)
    run_through(road, *CHANGED)
    assert standing(road.world) == dict.fromkeys(EXPECTED - {"members eve"}, 1)


@pytest.mark.parametrize("fault", ["429", "503", "dropped before", "dropped after"])
def test_reads_that_fail_change_nothing(road, fault):
    road.apply(*WANTED)
    before = standing(road.world)
    # One fewer than a request is sent at most: on a busy machine a single one may meet them all.
    road.world.fault(rules=[{"match": "GET /api", "times": 1, "skip": 2 * turn, **FAULTS[fault]} for turn in range(4)])
    assert road.later().plan(*WANTED).empty
    assert met(road.world) == 4
    road.world.fault()
    assert standing(road.world) == before


def test_slow_pages_are_waited_for(road):
    road.apply(*WANTED)
    road.world.fault(rules=[{"match": "GET /api", "kind": "delay", "ms": 30}])
    assert road.later().plan(*WANTED).empty


def test_pages_too_slow_to_wait_for_are_asked_for_again(road):
    road.apply(*WANTED)
    road.world.fault(rules=[{"match": "GET /api/v4/groups/", "kind": "delay", "ms": 700, "times": 2}])
    hasty = road.later(road.world.as_token(road.world.settings.token.reveal(), timeout=0.3))
    assert hasty.plan(*WANTED).empty
    assert met(road.world) == 1


def test_a_project_missed_while_pages_shift_is_not_made_twice(road):
    """Two hundred and one projects; between the first page and the second one of the first goes, so that the 101st is on neither."""
    road.apply(*WANTED)
    root, holder = road.world, road.world.api.group_id(SPACE)
    numbers = [root.by_hand("POST", "/projects", path=f"p{number}", namespace_id=holder)["id"] for number in range(200)]
    wanted = (*WANTED, ProjectSpec(path=f"{SPACE}/p99"))
    root.by_hand("DELETE", f"/projects/{numbers[0]}")
    fresh, totals = road.later(), []

    def removed(response, **_):
        if "/projects?" in response.url and "&page=1" in response.url:
            totals.append(response.headers["X-Total"])
            if len(totals) == 1:
                path = f"{SPACE}/p0-deletion_scheduled-{numbers[0]}"
                root.by_hand("DELETE", f"/projects/{numbers[0]}", permanently_remove=True, full_path=path)

    fresh.world.api.client.session.hooks["response"].append(removed)
    plan = fresh.plan(*wanted)
    assert plan.empty
    assert totals[:2] == ["201", "200"]


@pytest.mark.parametrize("wanted", [WANTED, CHANGED], ids=["nothing is made", "nothing is changed"])
def test_a_token_that_may_only_read_is_refused_everywhere(road, wanted):
    if wanted is CHANGED:
        road.apply(*WANTED)
    root = road.world
    token = root.by_hand("POST", f"/users/{root.api.me()['id']}/personal_access_tokens", name="r", scopes=["read_api"])["token"]
    report = road.later(root.as_token(token)).run(road.plan(*wanted))
    assert report.failed
    assert not report.of("done")
    assert {result.exit_code for result in report.of("failed")} == {77}
    assert all("GitLab answers 403" in told(result.reason) for result in report.of("failed"))
    if wanted is CHANGED:
        assert road.later().plan(*WANTED).empty


def test_an_empty_plan_costs_pages_and_one_request_a_list(road):
    wanted = [GroupSpec(path="eig/eig3", visibility="public"), LabelSpec(group="eig/eig3", name="bug", color="#ff0000")]
    for number in range(8):
        space, person = f"eig/eig3/t{number}", {"username": f"u{number}", "access": "maintainer"}
        wanted += [UserSpec(username=f"u{number}", email=f"u{number}@example.org"), GroupSpec(path=space, visibility="public")]
        wanted += [MembersSpec(group=space, members=[person]), ProjectSpec(path=f"{space}/api"), FileSpec(project=f"{space}/api")]
        wanted += [ProtectedBranchSpec(project=f"{space}/api", branch="main"), LabelSpec(group=space, name="x", color="#00ff00")]
    wanted = [FileSpec(project=spec.project, files={"README.md": "x"}) if isinstance(spec, FileSpec) else spec for spec in wanted]
    road.apply(*wanted)
    fresh = road.later()
    meter = fresh.world.api.client.meter
    before = meter.counts
    assert fresh.plan(*wanted).empty
    asked = {verb: count - before.get(verb, 0) for verb, count in meter.counts.items()}
    pages, members, rules, labels = 3, 8, 8, 9
    assert set(asked) == {"GET"}
    assert asked["GET"] <= 6 + pages + members + rules + labels


# The client


class Pages(BaseHTTPRequestHandler):
    """A list of 350 items, without totals as GitLab has it above 10,000; pages by number or by keyset."""

    def do_GET(self):
        query = dict(pair.split("=") for pair in self.path.partition("?")[2].split("&"))
        start = int(query.get("id_after", 0)) if "keyset" in self.path else (int(query.get("page", 1)) - 1) * 100
        items = [{"id": number} for number in range(start + 1, min(start + 100, 350) + 1)]
        self.send_response(200)
        if start + 100 < 350:
            base = f"http://{self.headers['Host']}/api/v4/things?per_page=100"
            following = f"id_after={start + 100}" if "keyset" in self.path else f"page={start // 100 + 2}"
            self.send_header("Link", f'<{base}&{"pagination=keyset&" if "keyset" in self.path else ""}{following}>; rel="next"')
        for name, value in getattr(self.server, "extra", {}).items():
            self.send_header(name, value() if callable(value) else value)
        body = repr(items).replace("'", '"').encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def pages():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def client(pages, slept):
    settings = GitLabSettings(f"http://127.0.0.1:{pages.server_port}", Secret("t"), "eig")
    made = GitLabClient(settings, HttpPolicy("gitlab", sleep=slept.append))
    yield made
    made.session.close()


@pytest.mark.parametrize("query", [{}, {"pagination": "keyset"}])
def test_without_totals_each_page_names_the_next(client, query):
    numbers = [item["id"] for item in client.pages("/things", "list", **query)]
    assert len(numbers) == 350
    assert all(after == before + 1 for before, after in pairwise(numbers))
    assert client.meter.total == 4


def test_a_list_that_shrank_while_it_was_read_is_read_again(client, pages):
    totals = chain(["351"], repeat("350"))
    pages.extra = {"X-Total": lambda: next(totals)}
    assert len(client.pages("/things", "list")) == 350
    assert client.meter.total == 8


@pytest.mark.parametrize(("left", "reset"), [("0", 30), ("1", 30), ("0", 9999), ("0", -5)])
def test_a_rate_limit_that_is_used_up_is_waited_for(client, pages, slept, left, reset):
    pages.extra = {"RateLimit-Remaining": left, "RateLimit-Reset": str(int(time()) + reset)}
    client.get("/things", "list", page=1)
    assert slept == []
    client.get("/things", "list", page=1)
    assert bool(slept) is ((left, reset) == ("0", 30))
    assert all(20 < pause <= 30 for pause in slept)


def test_the_labs_rate_limit_only_slows_down(road):
    road.apply(*WANTED[:5])
    road.world.fault(rate_limit={"per_minute": 4, "window": 0.3})
    assert road.later().plan(*WANTED[:5]).empty
