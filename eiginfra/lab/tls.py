"""A certificate authority, created at every start."""

import ssl
from dataclasses import dataclass

import trustme


@dataclass(frozen=True, slots=True)
class Tls:
    """A server's TLS settings and the certificate of the authority that its clients have to trust."""

    context: ssl.SSLContext
    ca_pem: bytes


class Authority:
    """An authority whose key is forgotten with the lab."""

    def __init__(self) -> None:
        self._made = trustme.CA()
        self.pem = self._made.cert_pem.bytes()

    def issue(self, *names: str) -> Tls:
        """TLS for names and addresses; a name may begin with `*.`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._made.issue_cert(*names).configure_cert(context)
        return Tls(context, self.pem)


def throw_away() -> Tls:
    """TLS for `localhost` and `127.0.0.1`, signed by an authority whose key is forgotten at once."""
    return Authority().issue("localhost", "127.0.0.1")
