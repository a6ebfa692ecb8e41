from typing import Any

from support.proxmox_case import KEY_FIELD, LIVE, UNSET, Case, Hand, Row, World, mark

from eiginfra.providers.proxmox.kinds.backup import BackupSpec


def backup(world: World) -> BackupSpec:
    told = {"schedule": "02:30", "storage": "local", "mode": "snapshot", "compress": "zstd", "keep": "daily=3", "comment": "é"}
    return BackupSpec.model_validate({"id": job(world), **told, "enabled": True, "guests": [mark(world)]})


def job(world: World) -> str:
    return f"eiginfra-{world.cohort}"


def scheduled(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"/cluster/backup/{job(world)}", **params)


CASE = Case(
    lambda world: [world.container("web"), world.container("db", state="stopped"), backup(world)],
    (
        Row("backup", "id", lambda world: f"{job(world)}-2", KEY_FIELD),
        Row("backup", "schedule", "sat 04:00", LIVE, "", scheduled(schedule="daily")),
        Row("backup", "storage", "other", LIVE, "", scheduled(storage="local")),
        Row("backup", "mode", "stop", LIVE, "", scheduled(mode="suspend")),
        Row("backup", "compress", "gzip", LIVE, "", scheduled(compress="lzo")),
        Row("backup", "keep", "last=5", LIVE, "", scheduled(**{"prune-backups": "keep-last=1"})),
        Row("backup", "guests", lambda world: (mark(world), mark(world, "db")), LIVE, "", scheduled(vmid="9012")),
        Row("backup", "pool", lambda world: world.pool, LIVE, "", scheduled(vmid="9012", delete="pool"),
            extra={"guests": UNSET}, creates=False),
        Row("backup", "all", True, LIVE, "", scheduled(vmid="9012", delete="all"),
            extra={"guests": UNSET}, creates=False),
        Row("backup", "enabled", False, LIVE, "", scheduled(enabled=1)),
        Row("backup", "comment", "other", LIVE, "", scheduled(comment="theirs")),
    ),
    making=None,
    ends=("with --prune it is deleted; the backups it made stay", "will be deleted; the backups it made stay"),
)  # fmt: skip
