"""The privileges and built-in roles of Proxmox VE 9.1 (GET /access/roles)."""

_AUDIT = "Datastore.Audit Mapping.Audit Pool.Audit SDN.Audit Sys.Audit VM.Audit VM.GuestAgent.Audit"
_VM_USER = (
    "VM.Audit VM.Backup VM.Config.CDROM VM.Config.Cloudinit VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead "
    "VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.PowerMgmt"
)
_VM_ADMIN = (
    f"{_VM_USER} VM.Allocate VM.Clone VM.Config.CPU VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network "
    "VM.Config.Options VM.GuestAgent.Unrestricted VM.Migrate VM.Replicate VM.Snapshot VM.Snapshot.Rollback"
)
_DATASTORE = "Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit"
_USERS = "Group.Allocate Realm.AllocateUser User.Modify"
_SDN = "SDN.Allocate SDN.Audit SDN.Use"
_MAPPING = "Mapping.Audit Mapping.Use"
_SYS = "Sys.Audit Sys.Console Sys.Syslog"
_ADMIN = f"{_VM_ADMIN} {_DATASTORE} {_USERS} {_SDN} {_MAPPING} {_SYS} Pool.Allocate Pool.Audit"
_ALL = f"{_ADMIN} Mapping.Modify Permissions.Modify Realm.Allocate Sys.AccessNetwork Sys.Incoming Sys.Modify Sys.PowerMgmt"

ROLES = {
    name: sorted(text.split())
    for name, text in {
        "Administrator": _ALL,
        "NoAccess": "",
        "PVEAdmin": _ADMIN,
        "PVEAuditor": _AUDIT,
        "PVEDatastoreAdmin": _DATASTORE,
        "PVEDatastoreUser": "Datastore.AllocateSpace Datastore.Audit",
        "PVEMappingAdmin": f"{_MAPPING} Mapping.Modify",
        "PVEMappingUser": _MAPPING,
        "PVEPoolAdmin": "Pool.Allocate Pool.Audit",
        "PVEPoolUser": "Pool.Audit",
        "PVESDNAdmin": _SDN,
        "PVESDNUser": "SDN.Audit SDN.Use",
        "PVESysAdmin": _SYS,
        "PVETemplateUser": "VM.Audit VM.Clone",
        "PVEUserAdmin": _USERS,
        "PVEVMAdmin": _VM_ADMIN,
        "PVEVMUser": _VM_USER,
    }.items()
}
ALL = frozenset(ROLES["Administrator"])
