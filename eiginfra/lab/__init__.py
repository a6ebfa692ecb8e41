"""A GitLab, a Proxmox VE and a gateway to practise on, as real HTTP(S) and SSH servers on loopback.

What lives here: state machines that answer as the real servers do, their faults that can be switched on, and the process that serves
them. What may not: anything of eiginfra (the lab is reached by URL, like a real server), and an invented success: what the lab
does not know it answers as the real server would for an unknown path.
"""
