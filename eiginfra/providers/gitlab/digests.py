"""Telling secrets apart without showing them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.secret import SecretSource, keyed_digest
from eiginfra.providers.gitlab.settings import GitLabSettings


def reveal(settings: GitLabSettings, source: SecretSource) -> str:
    """The value of a secret. Raises InputError when it is not to be had, UsageError offline."""
    if settings.secrets is None:
        raise UsageError("secrets are not fetched here: the command works offline")
    return settings.secrets(source).reveal()


class Digests:
    """Fills in the digest of every wanted variable, at plan time: so the engine compares digests, as it compares all else.

    The key is derived from the token: who has that may read the values anyway, and nobody else can test a guess.
    """

    def __init__(self, settings: GitLabSettings) -> None:
        self._settings = settings

    def of(self, address: str, value: str) -> str:
        """The digest of a value; the same value has another digest elsewhere."""
        token = self._settings.token
        key = hashlib.sha256(b"eiginfra: digests of variables\0" + (token.reveal() if token else "").encode()).digest()
        return keyed_digest(key, address, value)

    def allocate(
        self,
        resources: Sequence[Resource],
        observed: Mapping[Address, Observed],  # noqa: ARG002 - the allocator's interface
        others: Sequence[Observed],  # noqa: ARG002 - the same
        taken: frozenset[int],  # noqa: ARG002 - the same
        records: Sequence[Record],  # noqa: ARG002 - the same
    ) -> Mapping[Address, Mapping[str, Any]]:
        """The digests by address, and where files named relative to the playbook are. Raises InputError for a missing secret."""
        filled: dict[Address, Mapping[str, Any]] = {}
        for resource in resources:
            source: Any = getattr(resource.spec, "value")  # noqa: B009 - of this kind alone
            if source.file is not None and resource.origin is not None:
                path = Path(source.file).expanduser()
                source = source.model_copy(update={"file": str(path if path.is_absolute() else Path(resource.origin.file).parent / path)})
            try:
                value = reveal(self._settings, source.source())
            except InputError as problem:
                raise InputError(
                    [found.model_copy(update={"location": resource.locate("value")}) for found in problem.findings]
                ) from problem
            filled[resource.address] = {"value": source, "digest": self.of(str(resource.address), value)}
        return filled
