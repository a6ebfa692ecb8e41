"""The texts that there are, and the placeholders that they may have."""

from collections.abc import Mapping
from typing import Final

NAMES: Final = (
    *("welcome", "programme", "first_day", "first_week", "first_month", "who_is_who", "calendar", "tools"),
    *("ssh_key", "connect", "server_rules", "backups", "ask_for_change"),
    *("open_code", "open_data", "accessibility", "personal_data", "security", "afterwards", "departure", "mentor"),
)
"""In the order in which a handout has them."""

PLACEHOLDERS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("team", "team_file", "administration", "cohort", "starts", "ends", "machine"), False),
    **dict.fromkeys(("gateway", "domain", "subnet", "memory", "cores"), False),
    **dict.fromkeys(("contact", "programme", "gitlab", "proxmox", "repository"), True),
}
"""Each with whether its value is an address that can be followed."""
