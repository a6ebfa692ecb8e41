"""Telling secrets apart without showing them."""

import hashlib

from eiginfra.core.errors import UsageError
from eiginfra.core.secret import SecretSource, keyed_digest
from eiginfra.providers.gitlab.settings import GitLabSettings


def reveal(settings: GitLabSettings, source: SecretSource) -> str:
    """The value of a secret. Raises InputError when it is not to be had, UsageError offline."""
    if settings.secrets is None:
        raise UsageError("secrets are not fetched here: the command works offline")
    return settings.secrets(source).reveal()


def digest(settings: GitLabSettings, subject: str, value: str) -> str:
    """What tells a value apart, so that the engine compares it as all else; the same value has another digest for another subject.

    Its key is derived from the token: who has that may read the values anyway, and nobody else can test a guess.
    """
    key = hashlib.sha256(b"eiginfra: digests of variables\0" + (settings.token.reveal() if settings.token else "").encode()).digest()
    return keyed_digest(key, subject, value)
