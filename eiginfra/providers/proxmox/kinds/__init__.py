"""The kinds of things on a Proxmox VE, one file each."""
