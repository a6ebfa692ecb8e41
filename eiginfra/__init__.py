"""Self-service infrastructure for cohorts of public-interest teams: one YAML file a team, GitLab and Proxmox VE follow."""

__version__ = "0.1.0"
