"""What the kinds of a Proxmox VE share: one client, and what is read or given once for several kinds."""

from eiginfra.providers.proxmox.access import Access
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.guests.allocator import GuestAllocator
from eiginfra.providers.proxmox.guests.survey import GuestSurveys


class ProxmoxApi:
    """Safe to share between threads, as its parts are."""

    def __init__(self, client: ProxmoxClient) -> None:
        self.client = client
        self.access = Access(client)
        self.surveys = GuestSurveys(client)
        self.allocator = GuestAllocator(lambda: client.settings)
