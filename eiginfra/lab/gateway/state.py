"""Everything the lab's gateway knows, as plain data that can be dumped to JSON and loaded again."""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]
GROUP = "eiginfra-jump"
FOLDER = "/etc/eiginfra-gateway"
CONFIGURATION = f"{FOLDER}/configuration"
KEYS = f"{FOLDER}/keys"
PENDING = f"{FOLDER}/pending"
FORWARDS = f"{FOLDER}/forwards.nft"
SITES = "/etc/nginx/conf.d"
SHARED = f"{SITES}/eiginfra.conf"
SSHD = "/etc/ssh/sshd_config.d/00-eiginfra.conf"
UNIT = "/etc/systemd/system/eiginfra-forwards.service"


@dataclass
class AccountRecord:
    """A line of /etc/passwd with what else the system knows of the account."""

    uid: int
    shell: str = "/bin/bash"
    expires: str = ""
    """The day from which it is closed, in days since 1970; "" for none."""
    groups: list[str] = field(default_factory=list)

    @property
    def member(self) -> bool:
        """Whether it is in the group for jumping."""
        return GROUP in self.groups


@dataclass
class GatewayState:
    """The server. `files` holds the text of every file that matters, by its path."""

    host_key: str = ""
    key: str = ""
    """The private key of account `eiginfra`, which the lab made for who uses it."""
    files: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    loaded: str | None = None
    """What nft has loaded as the table `inet eiginfra`, as `nft list` prints it."""
    pending: dict[str, str] = field(default_factory=dict)
    """What was cut: `account:adler-1`, `subdomain:HOST` with its file as it was before, `forward:10222:tcp`."""
    listening: list[str] = field(default_factory=list)
    """`tcp 22` and the like: what programs of the server itself listen on."""
    certificates: list[str] = field(default_factory=list)
    """Folders in which certificate and key can be read."""
    missing: list[str] = field(default_factory=list)
    """Programs that are not installed: nginx, nft, iptables."""
    disk_full: bool = False
    sudo: bool = True
    """Whether sudo has the line for the gateway program."""
    ip_forward: bool = True
    foreign_tables: str = ""
    """What `nft list ruleset` prints beside the table of eiginfra; `iptables`: what `iptables -S` does, "" for nothing but policies."""
    iptables: str = ""

    def dump(self) -> Json:
        """JSON-able."""
        return asdict(self)

    @classmethod
    def load(cls, data: Json) -> "GatewayState":
        """The inverse of `dump`."""
        data = deepcopy(data)
        accounts = {name: AccountRecord(**account) for name, account in data.pop("accounts").items()}
        return cls(accounts=accounts, **data)
