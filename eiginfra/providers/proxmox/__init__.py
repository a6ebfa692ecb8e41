"""The Proxmox provider: pools, containers, virtual machines, and who may use them, on a Proxmox VE.

What lives here: the only use of `proxmoxer` (client.py), Proxmox's notations (codec.py), what its refusals mean (errors.py), what
containers and VMs share (guests/), accounts and rights (access.py), the kinds, and `doctor`. What may not: comparing wanted and observed
(the engine does), knowledge of inventory files, SSH into guests.
"""
