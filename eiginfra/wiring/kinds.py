"""The registry of one site: our kinds, and those that other packages bring."""

from importlib.metadata import entry_points

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Finding, Location
from eiginfra.core.kind import Kind, Registry
from eiginfra.inventory.site import Site
from eiginfra.providers import gitlab, proxmox
from eiginfra.providers.http import Meter
from eiginfra.wiring.secrets import resolve

ENTRY_POINTS = "eiginfra.kinds"
"""Each entry point is a function from the Site to an iterable of kinds."""


def gitlab_settings(site: Site, *, offline: bool = False) -> gitlab.GitLabSettings | None:
    """How to speak to the site's GitLab, if it has one. Raises InputError for a secret that is not to be had; offline none is fetched."""
    section = site.file.gitlab
    if section is None:
        return None
    return gitlab.GitLabSettings(
        url=section.url,
        token=None if offline else resolve(section.token, site.document.locate("gitlab", "token")),
        root_group=section.root_group,
        accounts=section.accounts,
        ca=None if offline else section.ca,
        keep=section.keep,
        secrets=None if offline else lambda source: resolve(source, Location(file=site.document.file)),
    )


def proxmox_settings(site: Site, *, offline: bool = False) -> proxmox.ProxmoxSettings | None:
    """How to speak to the site's Proxmox, if it has one. Raises InputError for a secret that is not to be had; offline none is fetched."""
    section = site.file.proxmox
    if section is None:
        return None
    return proxmox.ProxmoxSettings(
        url=section.url,
        token_id=section.token_id,
        token=None if offline else resolve(section.token, site.document.locate("proxmox", "token")),
        ca=None if offline else section.ca,
        nodes=section.nodes,
        disks=section.storage.disks,
        templates=section.storage.templates,
        backups=section.storage.backups,
        bridge=section.network.bridge,
        subnet=section.network.subnet,
        gateway=section.network.gateway,
        dns=section.network.dns,
        ids=(section.network.ids.first, section.network.ids.last),
        realm=section.realm,
        overcommit=section.overcommit,
        node_tasks=section.limits.node,
        storage_tasks=section.limits.storage,
    )


def available(site: Site) -> frozenset[str]:
    """The providers that the site has."""
    return frozenset(name for name in ("gitlab", "proxmox", "gateway") if getattr(site.file, name) is not None)


def registry(site: Site | None, *, offline: bool = False, meters: dict[str, Meter] | None = None) -> Registry:
    """All kinds. Offline they need no secrets and can be checked, without a site only described; any request would raise UsageError.

    meters: is filled with the count of requests of each of our providers. Raises InputError with every secret that is not to be had.
    """
    findings: list[Finding] = []
    with_gitlab, with_proxmox = None, None
    try:
        with_gitlab = None if site is None else gitlab_settings(site, offline=offline)
    except InputError as problem:
        findings += problem.findings
    try:
        with_proxmox = None if site is None else proxmox_settings(site, offline=offline)
    except InputError as problem:
        findings += problem.findings
    if findings:
        raise InputError(findings)
    counted = {"gitlab": Meter(), "proxmox": Meter()}
    if meters is not None:
        meters |= counted
    kinds = Registry(gitlab.kinds(with_gitlab, meter=counted["gitlab"]))
    for kind in proxmox.kinds(with_proxmox, meter=counted["proxmox"]):
        kinds.add(kind)
    for point in entry_points(group=ENTRY_POINTS):
        for kind in point.load()(site):
            if not isinstance(kind, Kind):
                msg = f"the package behind {point.value} brings a kind that is none; uninstall it or ask its authors"
                raise UsageError(msg)
            kinds.add(kind)
    return kinds
