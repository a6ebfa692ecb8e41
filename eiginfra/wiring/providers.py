"""The providers of one run: every installed one, opened by its section of the site file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.filters import Filter
from eiginfra.core.finding import Finding
from eiginfra.core.kind import Registry
from eiginfra.core.provider import Context, Provider, SharedObjects
from eiginfra.core.secret import KeySource, Secret, SecretSource
from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.loader import load_site
from eiginfra.inventory.site import Site
from eiginfra.wiring.secrets import resolve, resolve_key

ENTRY_POINTS = "eiginfra.providers"
"""The group of entry points; each is named as its provider, and is the provider's class."""

LOOKING = 900.0
"""Seconds that a plan, a comparison or a doctor may take in all to read what there is."""

ProviderType = type[Provider[Any]]


@cache
def installed() -> Mapping[str, ProviderType]:
    """The classes of all installed providers by name, loaded when first asked for. Raises UsageError for a package that brings none."""
    points = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    if not points:
        raise UsageError("no provider is installed, not even eiginfra's own: install eiginfra again (pip install eiginfra)")
    found: dict[str, ProviderType] = {}
    for point in points:
        if point.name in found:
            raise UsageError(f"two packages bring a provider {point.name}; uninstall one of them")
        found[point.name] = _load(point)
    return found


def _load(point: EntryPoint) -> ProviderType:
    package = f"the package {point.dist.name}" if point.dist else point.value
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as problem:
        msg = f"{package} cannot be used: its provider {point.name} ({point.value}) does not load: {problem}; update or uninstall it"
        raise UsageError(msg) from problem
    if not (isinstance(loaded, type) and issubclass(loaded, Provider) and loaded.name == point.name):
        raise UsageError(f"{package} cannot be used: {point.value} is no provider of the name {point.name}; update or uninstall it")
    strange = sorted(name for name in loaded.filters if not name.startswith(f"{point.name}_"))
    if strange:
        raise UsageError(f"{package} cannot be used: its filter {strange[0]} is not called {point.name}_…; update or uninstall it")
    return loaded


def filters() -> dict[str, Filter]:
    """The filters for templates that providers bring, by name."""
    return {name: made for provider in installed().values() for name, made in provider.filters.items()}


def sections() -> dict[str, type[BaseModel]]:
    """The models of the sections that providers have in a site file, by key."""
    return {provider.key(): provider.section for provider in installed().values()}


def read_site(path: Path, document: YamlDocument | None = None) -> Site:
    """The site of a file, with the sections of every installed provider. Raises InputError. document: what it says, where that was read."""
    return load_site(path, sections(), document)


@dataclass(frozen=True)
class Providers:
    """Every installed provider, opened; close them. available: those that the site has a section for. shared: what they use together."""

    every: Sequence[Provider[Any]]
    available: frozenset[str]
    shared: SharedObjects = field(default_factory=SharedObjects)

    def __iter__(self) -> Iterator[Provider[Any]]:
        """Those that the site has a section for, by name."""
        return (provider for provider in self.every if provider.name in self.available)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def registry(self) -> Registry:
        """All kinds; those of providers that the site has no section for have a spec, and no more."""
        return Registry(kind for provider in self.every for kind in provider.kinds)

    def requests(self) -> dict[str, Mapping[str, int]]:
        """Requests sent so far, by provider and method."""
        return {provider.name: provider.requests() for provider in self}

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All that is asked of all of them has to end within so many seconds; then UnreachableError is raised."""
        for provider in self:
            provider.limit(seconds)
        try:
            yield
        finally:
            for provider in self:
                provider.limit(None)

    def oddities(self) -> dict[str, Sequence[Finding]]:
        """What was answered in a form that is not known, by provider, since this was last asked."""
        return {provider.name: provider.oddities() for provider in self}

    def workers(self) -> dict[str, int]:
        """How many actions may be under way at once, by provider."""
        return {provider.name: provider.workers for provider in self}

    def close(self) -> None:
        """Close all of them, then what they use together."""
        with ExitStack() as stack:
            stack.enter_context(closing(self.shared))
            for provider in self.every:
                stack.enter_context(closing(provider))


def described() -> Providers:
    """All providers without a site: their kinds' specs can be read."""
    return Providers([provider(None, Context()) for provider in installed().values()], frozenset())


def open_providers(site: Site, *, offline: bool = False) -> Providers:
    """All providers by the site's sections. Raises InputError with the findings of every section, among them each secret not to be had.

    offline: no secret is fetched and no server can be asked.
    """
    opened: list[Provider[Any]] = []
    findings: list[Finding] = []
    shared = SharedObjects()
    for provider in installed().values():
        try:
            opened.append(open_provider(provider, site, shared, offline=offline))
        except InputError as problem:
            findings += problem.findings
    available = frozenset(name for name, provider in installed().items() if site.section(provider.key()) is not None)
    providers = Providers(opened, available, shared)
    if findings:
        providers.close()
        raise InputError(findings)
    return providers


def open_provider(provider: ProviderType, site: Site, shared: SharedObjects, *, offline: bool = False) -> Provider[Any]:
    """One provider by the site's section. shared: what it uses together with others; who gives it closes it. Raises InputError."""

    def fetch(source: SecretSource, path: Sequence[str | int], *, token: bool = True) -> Secret:
        return resolve(source, site.document.locate(provider.key(), *path), token=token)

    def key(source: KeySource, section: str, path: Sequence[str | int]) -> Secret | None:
        return None if source.agent else resolve_key(source, site.document.locate(section, *path))

    images = {name: image.model_dump(include={"container", "vm"}, exclude_none=True) for name, image in site.file.images.items()}
    sections = {name: found for name in type(site.file).model_fields if isinstance(found := site.section(name), BaseModel)}
    context = Context(images=images, sections=sections, shared=shared)
    if not offline:
        context = replace(context, fetch=fetch, value=partial(fetch, token=False), key=key)
    return provider(site.section(provider.key()), context)
