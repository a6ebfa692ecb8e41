"""A certificate authority, created at every start."""

import ssl
from dataclasses import dataclass

import trustme


@dataclass(frozen=True, slots=True)
class Tls:
    """A server's TLS settings and the certificate of the authority that its clients have to trust."""

    context: ssl.SSLContext
    ca_pem: bytes


def throw_away() -> Tls:
    """TLS for `localhost` and `127.0.0.1`, signed by an authority whose key is forgotten at once."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return Tls(context, authority.cert_pem.bytes())
