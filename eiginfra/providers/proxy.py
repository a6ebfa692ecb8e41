"""Which HTTP proxy a request goes through: the one that the site file names, else the environment's, as every client has it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies

DIRECT = "none"
"""What `proxy:` says where no proxy is wanted, whatever the environment says."""


def proxies(url: str, chosen: str | None) -> dict[str, str]:
    """The proxies for an address, by scheme, as `requests` takes them; none for this machine itself.

    chosen: a proxy's URL, or `none`; None asks HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in capitals or not.
    """
    if chosen == DIRECT or is_loopback(url):
        return {}
    return get_environ_proxies(url) if chosen is None else {"http": chosen, "https": chosen}


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def shown(proxy: str) -> str:
    """A proxy's address without a name and password in it."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
