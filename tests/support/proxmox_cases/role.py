from support.proxmox_case import KEY_FIELD, LIVE, UNCOMPARED, Case, Row
from support.proxmox_people import role

CASE = Case(
    lambda world: [role(world)],
    (
        Row("role", "id", lambda world: f"Eig2-{world.cohort}", KEY_FIELD),
        Row("role", "privileges", ("VM.Audit", "VM.PowerMgmt"), LIVE, "Sys.Modify",
            lambda world: world.admin("PUT", f"/access/roles/Eig-{world.cohort}", privs="VM.Config.Memory", append=1)),
        Row("role", "binding", False, UNCOMPARED),
    ),
    making="Sys.Modify",
)  # fmt: skip
