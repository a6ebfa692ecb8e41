import json
import stat
from datetime import date
from pathlib import Path

import pytest
import requests
import yaml
from starlette.responses import JSONResponse

from eiginfra.lab.clock import LabClock
from eiginfra.lab.config import PORTS, SERVICES, LabConfig, LabError
from eiginfra.lab.faults import FaultsMiddleware
from eiginfra.lab.gateway.keys import public_key
from eiginfra.lab.server import running, serve_app
from eiginfra.lab.tls import throw_away
from eiginfra.lab.vain import AskedInVain
from eiginfra.wiring.providers import read_site

ROOT = Path(__file__).parents[2]
ONLY_GITLAB = {"gitlab_port": 0, "services": ("gitlab",)}


def client(lab, **headers):
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"PRIVATE-TOKEN": lab.served["gitlab"].service.token, **headers})
    return session


def set_faults(lab, **faults):
    answer = client(lab).put(f"{lab.urls['gitlab']}/_lab/faults", json=faults)
    assert answer.status_code == 200, answer.text


def create_group(lab, name):
    body = {"name": name, "path": name}
    return client(lab).post(f"{lab.urls['gitlab']}/api/v4/groups", json=body)


def group_exists(lab, name):
    return client(lab).get(f"{lab.urls['gitlab']}/api/v4/groups/{name}").status_code == 200


async def reasonable(scope, receive, send):
    headers = {"x-lab-reason": "Configuration file 'nodes/pve1/lxc/999.conf' does not exist"}
    await JSONResponse({"data": None}, 500, headers)(scope, receive, send)


def test_reason_phrase_over_tls(tmp_path):
    tls = throw_away()
    authority = tmp_path / "ca.pem"
    authority.write_bytes(tls.ca_pem)
    with serve_app(reasonable, tls=tls) as url, requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{url}/x", verify=str(authority))
        assert answer.status_code == 500
        assert answer.reason == "Configuration file 'nodes/pve1/lxc/999.conf' does not exist"
        assert "x-lab-reason" not in answer.headers
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"{url}/x")


def test_control_paths_that_are_not_ours_reach_the_application():
    with serve_app(FaultsMiddleware(reasonable, "proxmox", LabClock())) as url:
        assert requests.get(f"{url}/_lab/proxmox", timeout=5).status_code == 500
        assert requests.get(f"{url}/_lab/requests", timeout=5).json() == {"total": 0, "by": {}}


def test_health_and_counts():
    with running(LabConfig(**ONLY_GITLAB, now=date(2019, 10, 1))) as lab:
        session, url = client(lab), lab.urls["gitlab"]
        health = session.get(f"{url}/_lab/health").json()
        assert health["status"] == "ok"
        assert health["service"] == "gitlab"
        assert health["now"].startswith("2019-10-01T12:00:0")
        for path in ("groups/2", "groups/eig%2Fnone", "groups"):
            session.get(f"{url}/api/v4/{path}?per_page=1")
        counts = session.get(f"{url}/_lab/requests").json()
        assert counts == {"total": 3, "by": {"GET /api/v4/groups": 1, "GET /api/v4/groups/:id": 2}}
        assert session.delete(f"{url}/_lab/requests").status_code == 204
        assert session.get(f"{url}/_lab/requests").json()["total"] == 0


def test_drop_does_no_work(own_lab):
    set_faults(own_lab, rules=[{"match": "POST /api/v4/groups", "kind": "drop"}])
    with pytest.raises(requests.exceptions.ConnectionError):
        create_group(own_lab, "dropped")
    assert not group_exists(own_lab, "dropped")


def test_drop_after_does_the_work(own_lab):
    set_faults(own_lab, rules=[{"match": "POST /api/v4/groups", "kind": "drop_after", "times": 1}])
    with pytest.raises(requests.exceptions.ConnectionError):
        create_group(own_lab, "done")
    assert group_exists(own_lab, "done")
    assert create_group(own_lab, "again").status_code == 201


def test_error_after_does_the_work(own_lab):
    set_faults(own_lab, rules=[{"match": "POST", "kind": "error_after", "status": 500}])
    assert create_group(own_lab, "done").status_code == 500
    assert group_exists(own_lab, "done")


def test_status_by_times_and_skip(own_lab):
    rule = {"match": "GET /api/v4/groups", "kind": "status", "status": 503, "retry_after": 7, "times": 2, "skip": 1}
    set_faults(own_lab, rules=[rule])
    session = client(own_lab)
    answers = [session.get(f"{own_lab.urls['gitlab']}/api/v4/groups") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert session.delete(f"{own_lab.urls['gitlab']}/_lab/faults").json()["rules"] == []


def test_limits_of_single_endpoints_answer_json_and_name_no_time(own_lab):
    set_faults(own_lab, rules=[{"match": "GET /api/v4/users/1", "kind": "status", "status": 429, "body": "json", "times": 1}])
    first, second = (client(own_lab).get(f"{own_lab.urls['gitlab']}/api/v4/users/1") for _ in range(2))
    assert first.status_code == 429
    assert first.json() == {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
    assert "Retry-After" not in first.headers
    assert second.status_code == 200


def test_rate_limit(own_lab):
    set_faults(own_lab, rate_limit={"per_minute": 2})
    session = client(own_lab)
    answers = [session.get(f"{own_lab.urls['gitlab']}/api/v4/version") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].text == "Retry later\n"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_latency_and_delay(own_lab):
    set_faults(own_lab, latency_ms=20, rules=[{"match": "version", "kind": "delay", "ms": 30}])
    session = client(own_lab)
    assert session.get(f"{own_lab.urls['gitlab']}/api/v4/version").elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize(
    "faults",
    [{"latency": 1}, {"rules": [{"kind": "explode"}]}, {"rules": [{"kind": "drop", "match": "("}]}, {"rate_limit": {}}],
)
def test_bad_faults_are_refused(own_lab, faults):
    answer = client(own_lab).put(f"{own_lab.urls['gitlab']}/_lab/faults", json=faults)
    assert answer.status_code == 400
    assert answer.json()["error"][0]["loc"]


def test_taken_port_is_said():
    with running(LabConfig(**ONLY_GITLAB)) as lab:
        port = int(lab.urls["gitlab"].rpartition(":")[2])
        with (
            pytest.raises(LabError, match=f"127.0.0.1:{port}: Address already in use"),
            running(LabConfig(gitlab_port=port, services=("gitlab",))),
        ):
            pass


def test_site_file(tmp_path):
    site_file = tmp_path / "run" / "site.yml"
    with running(LabConfig(**ONLY_GITLAB, site_out=site_file)) as lab:
        site = yaml.safe_load(site_file.read_text())
        assert site["gitlab"] == {
            "url": lab.urls["gitlab"],
            "token": {"file": "gitlab.token"},
            "root_group": "eig",
            "accounts": "create",
        }
        token = site_file.parent / "gitlab.token"
        assert token.read_text().strip() == lab.served["gitlab"].service.token
        assert {stat.S_IMODE(path.stat().st_mode) for path in (site_file, token)} == {0o600}


@pytest.mark.parametrize(("wide", "subnet"), [(False, "192.168.0.0/24"), (True, "10.0.0.0/16")])
def test_both_services(tmp_path, wide, subnet):
    site_file = tmp_path / "site.yml"
    with running(LabConfig(gitlab_port=0, proxmox_port=0, site_out=site_file, wide_network=wide)) as lab:
        proxmox = yaml.safe_load(site_file.read_text())["proxmox"]
        assert proxmox["url"] == lab.urls["proxmox"]
        assert proxmox["network"]["subnet"] == subnet
        assert proxmox["nodes"] == ["eig"]
        health = client(lab).get(f"{proxmox['url']}/_lab/health", verify=str(tmp_path / proxmox["ca"])).json()
        assert health["service"] == "proxmox"
        assert (tmp_path / "proxmox.token").read_text().strip() == lab.served["proxmox"].service.token


def test_the_site_file_says_how_gateway_and_machines_are_entered(tmp_path):
    config = LabConfig(
        gitlab_port=0, proxmox_port=0, ssh_port=0, web_port=0, web_tls_port=0, services=SERVICES, site_out=tmp_path / "site.yml"
    )
    with running(config) as lab:
        site = read_site(tmp_path / "site.yml").file
        assert (site.gateway.host, f"ssh://eiginfra@127.0.0.1:{site.gateway.port}") == ("127.0.0.1", lab.addresses.also["gateway ssh"])
        assert (site.gateway.via, site.machines.host_keys) == ("eig", "first-use")
        access = lab.served["gateway"].service.access
        assert (tmp_path / "known_hosts").read_text() == f"[127.0.0.1]:{site.gateway.port} {access.host_key}\n"
        assert site.machines.public == f"{public_key((tmp_path / 'machines.key').read_text())} eiginfra-lab"
        assert (tmp_path / "gateway.key").read_text() == access.key
        assert json.loads((tmp_path / "addresses.json").read_text()) == {"urls": lab.urls, "also": lab.addresses.also}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    written = yaml.safe_load((ROOT / "infra/lab.yml").read_text())
    assert written["machines"]["public"] == site.machines.public
    assert written["gateway"]["port"] == PORTS["ssh_port"]


def test_state_file_is_read_and_written(tmp_path):
    config = LabConfig(**ONLY_GITLAB, state=tmp_path / "state.json")
    with running(config) as lab:
        token = lab.served["gitlab"].service.token
        create_group(lab, "kept")
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    with running(config) as lab:
        assert lab.served["gitlab"].service.token == token
        assert group_exists(lab, "kept")


@pytest.mark.parametrize("text", ["{", json.dumps({"format_version": 99}), "[]"])
def test_bad_state_file_is_said(tmp_path, text):
    state = tmp_path / "state.json"
    state.write_text(text)
    with pytest.raises(LabError, match=r"state\.json: not a"), running(LabConfig(**ONLY_GITLAB, state=state)):
        pass


def test_asked_in_vain_is_counted_and_logged(caplog):
    asked = AskedInVain()
    asked.refused("POST", "/groups", "avatar")
    asked.refused("POST", "/groups", "avatar")
    asked.dropped("GET", "/groups", "colour")
    with serve_app(FaultsMiddleware(reasonable, "gitlab", LabClock(), in_vain=asked)) as url:
        assert requests.get(f"{url}/_lab/vain", timeout=5).json()["asked"] == [
            {"method": "GET", "route": "/groups", "parameter": "colour", "ending": "dropped", "times": 1},
            {"method": "POST", "route": "/groups", "parameter": "avatar", "ending": "refused", "times": 2},
        ]
        assert requests.delete(f"{url}/_lab/vain", timeout=5).status_code == 204
        assert requests.get(f"{url}/_lab/vain", timeout=5).json()["asked"] == []
    assert "POST /groups avatar: the lab does not model it, refused" in caplog.text
