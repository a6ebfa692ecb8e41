"""`eiginfra demo`: all steps with the example cohort, on a lab of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from eiginfra.core.errors import EiginfraError, UsageError
from eiginfra.wiring.asked import SETTINGS

if TYPE_CHECKING:
    from eiginfra.core.secret import SecretSource
    from eiginfra.inventory.site import Site

_START_SECONDS = 60
_PUBLISHED = "adler.eig-apps.example.org"


def run(
    *,
    handouts: Annotated[Path, typer.Option("--handouts", metavar="FOLDER", help="Where the handouts go.")] = Path("handouts"),
) -> int:
    """Show it all, on a lab of its own. Check, plan, apply, a published page, drift made by hand, found and healed, handouts."""
    from eiginfra.inventory.loader import load_settings
    from eiginfra.render.console import out
    from eiginfra.wiring.providers import read_site

    if not SETTINGS.exists():
        msg = f"the demo shows the example cohort: run it in a copy of eiginfra's repository, where {SETTINGS} is"
        raise UsageError(msg)
    day = load_settings(SETTINGS).as_of
    with tempfile.TemporaryDirectory(prefix="eiginfra-demo-") as folder, _lab(Path(folder)) as path:
        common = ["--site", str(path)] + ([] if day is None else ["--as-of", day.isoformat()])
        _title("1. What the inventory asks for, checked without a server")
        _step(["check", *common], 0)
        _title("2. The plan")
        saved = str(Path(folder) / "plan.json")
        _step(["plan", "--out", saved, *common], 0)
        _fetch(path, there=False)
        _title("3. The plan carried out, over real HTTP and SSH, on the lab's GitLab, Proxmox and gateway")
        _step(["apply", saved, *common], 0)
        _fetch(path, there=True)
        _title("4. A second plan is empty")
        _step(["plan", "--detailed-exitcode", *common], 0)
        _title("5. Four changes behind eiginfra's back, straight on the servers")
        _tamper(read_site(path))
        _delete_server_block(path)
        _fetch(path, there=False)
        _title("6. Drift: found, and told by its cause")
        _step(["drift", *common], 2)
        _title("7. Healed")
        _step(["apply", "--yes", *common], 0)
        _step(["drift", *common], 0)
        _fetch(path, there=True)
        _title("8. A handout for every team")
        _step(["handouts", "--out", str(handouts), *common], 0)
    out().print()
    out().print(f"Done. Open {handouts / 'index.html'} in a browser; docs and the tour are in README.md.")
    return 0


def _title(text: str) -> None:
    from eiginfra.render.console import out

    out().print()
    out().print(f"── {text} ".ljust(100, "─"), style="bold")


def _step(arguments: list[str], expected: int) -> None:
    """One command, as a user would give it. Raises EiginfraError when it does not end as it must."""
    from eiginfra.cli.main import run as program
    from eiginfra.render.console import out

    out().print(f"$ eiginfra {' '.join(arguments)}", style="dim")
    out().print()
    code = program(arguments)
    if code != expected:
        msg = f"the demo is broken: eiginfra {arguments[0]} ended with {code} instead of {expected}"
        raise EiginfraError(msg)


@contextmanager
def _lab(folder: Path) -> Iterator[Path]:
    """A lab in a process of its own, on free ports; yields its site file."""
    path = folder / "site.yml"
    command = [sys.executable, "-m", "eiginfra", "lab", "up", "--port", "0", "--site-out", str(path), "--run-dir", str(folder / "run")]
    with (folder / "lab.log").open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:  # noqa: S603 - our own program
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line or not path.exists():
                msg = f"the lab did not start: {(folder / 'lab.log').read_text(errors='replace')[-2000:]}"
                raise EiginfraError(msg)
            yield path
        finally:
            process.terminate()
            process.wait(timeout=_START_SECONDS)


def _addresses(site: Path) -> dict[str, str]:
    """Where the lab says that it listens."""
    told = json.loads((site.parent / "addresses.json").read_text(encoding="utf-8"))
    return {**told["urls"], **told["also"]}


def _fetch(site: Path, *, there: bool) -> None:
    """The published page, by HTTPS and name, as anybody would. Raises EiginfraError unless it is there, or not, as it must be."""
    import re
    import socket
    import ssl
    from http.client import HTTPSConnection

    from eiginfra.render.console import out

    ca, front = site.parent / "proxmox-ca.pem", urlsplit(_addresses(site)["gateway https"])
    out().print(f"$ curl --cacert {ca} --connect-to ::{front.netloc} https://{_PUBLISHED}/", style="dim")
    connection = HTTPSConnection(_PUBLISHED)
    try:
        plain = socket.create_connection((front.hostname or "", front.port or 443), timeout=_START_SECONDS)
        connection.sock = ssl.create_default_context(cafile=str(ca)).wrap_socket(plain, server_hostname=_PUBLISHED)
        connection.request("GET", "/")
        answer = connection.getresponse()
        found = re.search(r"<h1>(.*?)</h1>", answer.read().decode())
        said = f"{answer.status}, the page of {found[1] if found else 'nobody'}"
    except OSError:
        said = "no answer: the gateway knows no such name"
    finally:
        connection.close()
    out().print(f"  {said}")
    if there != said.startswith("200"):
        msg = f"the demo is broken: https://{_PUBLISHED}/ gives {said}"
        raise EiginfraError(msg)


def _delete_server_block(site: Path) -> None:
    """What somebody on the gateway does with `rm`."""
    import requests

    from eiginfra.render.console import out

    file = f"/etc/nginx/conf.d/eiginfra-{_PUBLISHED}.conf"
    requests.put(f"{_addresses(site)['gateway']}/_lab/gateway", json={"files": {file: None}}, timeout=30).raise_for_status()
    out().print(f"  Gateway: {file} deleted")


class _Api:
    """A server as a person with a token meets it; eiginfra has no part in it."""

    def __init__(self, url: str, headers: dict[str, str], verify: str | None) -> None:
        import requests

        self._url, self._session = url, requests.Session()
        self._session.headers.update(headers)
        self._session.verify = verify or True
        self._session.trust_env = False

    def __call__(self, method: str, path: str, **parameters: Any) -> Any:
        answer = self._session.request(method, self._url + path, data=parameters, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _tamper(site: "Site") -> None:
    """A container's memory, a member removed, a project's visibility."""
    from eiginfra.render.console import out
    from eiginfra.wiring.secrets import resolve

    if site.file.gitlab is None or site.file.proxmox is None:
        msg = "the lab's site file names no servers"
        raise EiginfraError(msg)

    def token(source: "SecretSource") -> str:
        return resolve(source, site.document.locate()).reveal()

    gitlab = _Api(site.file.gitlab.url + "/api/v4", {"PRIVATE-TOKEN": token(site.file.gitlab.token)}, verify=None)
    authorization = f"PVEAPIToken={site.file.proxmox.token_id}={token(site.file.proxmox.token)}"
    proxmox = _Api(site.file.proxmox.url + "/api2/json", {"Authorization": authorization}, verify=str(site.file.proxmox.ca))

    node = site.file.proxmox.nodes[0]
    guest = min((guest for guest in proxmox("GET", f"/nodes/{node}/lxc")["data"]), key=lambda guest: int(guest["vmid"]))
    proxmox("PUT", f"/nodes/{node}/lxc/{guest['vmid']}/config", memory=4096)
    out().print(f"  Proxmox: container {guest['vmid']} ({guest['name']}) given 4 GiB of memory")

    project = min(gitlab("GET", "/projects?per_page=100&visibility=public"), key=lambda found: found["path_with_namespace"])
    gitlab("PUT", f"/projects/{project['id']}", visibility="private")
    out().print(f"  GitLab: project {project['path_with_namespace']} made private")

    group = project["namespace"]["id"]
    member = next(found for found in gitlab("GET", f"/groups/{group}/members") if found["access_level"] < 50)
    gitlab("DELETE", f"/groups/{group}/members/{member['id']}")
    out().print(f"  GitLab: {member['username']} removed from {project['namespace']['full_path']}")
