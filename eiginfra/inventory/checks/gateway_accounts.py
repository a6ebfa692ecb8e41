"""User names that cannot be those of accounts on the gateway: every member gets one there, to jump through."""

import re
from collections.abc import Iterator
from typing import Final

from eiginfra.core.finding import Finding, error
from eiginfra.core.server_rule import UNIX_ACCOUNT
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

# base-passwd's accounts (Debian), and those of what runs on a gateway.
_SYSTEM: Final = re.compile(
    r"root|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|proxy|www-data|backup|list|irc|gnats|nobody|_apt|sshd|systemd-.*|messagebus|"
    r"dnsmasq|postfix|ntp|_chrony|statd|_rpc|tcpdump|polkitd|ceph|nginx"
)


def check_gateway_accounts(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """An error for each member of whom the gateway can have no account."""
    gateway = site.file.gateway
    if gateway is None:
        return
    for team in cohort.teams:
        for index, member in enumerate(team.members):
            where, name = cohort.where(team.id, "members", index, "username"), member.username
            if not UNIX_ACCOUNT.fits(name):
                yield error("username-not-on-gateway", username=name, location=where, team=team.id)
            elif _SYSTEM.fullmatch(name) or name == gateway.user:
                yield error("username-of-system", username=name, location=where, team=team.id)
