"""Which HTTP proxy a request goes through: the one that the site file names, else the environment's, as every client has it."""

import re
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies

from eiginfra.core.errors import UsageError
from eiginfra.core.redaction import keep_unseen

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")

DIRECT = "none"
"""What `proxy:` says where no proxy is wanted, whatever the environment says."""


def proxies(url: str, chosen: str | None) -> dict[str, str]:
    """The proxies for an address, by scheme, as `requests` takes them; none for this machine itself.

    chosen: a proxy's URL, or `none`; None asks HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in capitals or not. Raises UsageError
    for a proxy that is no address.
    """
    if chosen == DIRECT or is_loopback(url):
        return {}
    found: dict[str, str] = get_environ_proxies(url) if chosen is None else {"http": chosen, "https": chosen}
    for scheme in ("http", "https", "all"):
        _check(found.get(scheme) or "http://none")
    return found


def _check(proxy: str) -> None:
    """Raises UsageError for what is no address, without repeating it; its password is in no output from now on."""
    _, _, password = proxy.rpartition("@")[0].rpartition("//")[2].partition(":")
    keep_unseen(password, unquote(password))
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        sound = bool(parts.hostname and _HOST.fullmatch(parts.netloc.rpartition("@")[2])) and parts.port != 0
    except ValueError:
        sound = False
    if not (sound and proxy.isascii() and proxy.isprintable() and " " not in proxy and proxy.count("@") <= 1 and parts.path in ("", "/")):
        raise UsageError("the environment's proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) is no address; write http://host:port, or none")


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def shown(proxy: str) -> str:
    """A proxy's address without a name and password in it."""
    scheme, _, rest = proxy.rpartition("://")
    return f"{scheme or 'http'}://{rest.rpartition('@')[2].partition('/')[0]}"
