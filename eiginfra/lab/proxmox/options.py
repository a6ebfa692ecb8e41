"""The options of containers and VMs, as the description of the API of Proxmox VE 9.1 has them (POST and PUT of lxc and qemu)."""

from eiginfra.lab.proxmox.schema import STRINGS, Schema, declare

_MODELS = "e1000 e1000-82540em e1000-82544gc e1000-82545em e1000e i82551 i82557b i82559er ne2k_isa ne2k_pci pcnet rtl8139 virtio vmxnet3"
_FLAG = "discard|lazytime|noatime|nodev|noexec|nosuid"

STRINGS["lxc-net"] = declare(r"""
    name!: str re=[-_.\w\d]+
    bridge: str re=[-_.\w\d]+
    hwaddr: str fmt=mac-addr
    ip: str fmt=pve-ipv4-config
    gw: str fmt=ipv4
    ip6: str fmt=pve-ipv6-config
    gw6: str fmt=ipv6
    firewall: bool
    host-managed: bool
    link_down: bool
    mtu: int 64..65535
    rate: num
    tag: int 1..4094
    trunks: str re=\d+(?:;\d+)*
    type: enum:veth
""")
_VOLUME = rf"""
    volume!*: str fmt=pve-lxc-mp-string
    acl: bool
    mountoptions: str re=({_FLAG})(;({_FLAG}))*
    quota: bool
    replicate: bool
    ro: bool
    shared: bool
    size: str fmt=disk-size
"""
STRINGS["lxc-rootfs"] = declare(_VOLUME)
STRINGS["lxc-mp"] = declare(f"{_VOLUME}\nmp!: str fmt=pve-lxc-mp-string\nbackup: bool\nkeepattrs: bool")
STRINGS["lxc-features"] = declare("force_rw_sys: bool\nfuse: bool\nkeyctl: bool\nmknod: bool\nnesting: bool\nmount: str re=[a-zA-Z0-9_; ]+")
STRINGS["lxc-dev"] = declare("path*: str\ndeny-write: bool\ngid: int 0..\nuid: int 0..\nmode: str re=0[0-7]{3}")
STRINGS["unused"] = declare("volume!*: str fmt=pve-volume-id")

LXC = declare(r"""
    arch: enum:amd64|i386|arm64|armhf|riscv32|riscv64
    cmode: enum:shell|console|tty
    console: bool
    cores: int 1..8192
    cpulimit: num 0..8192
    cpuunits: int 0..500000
    debug: bool
    description: str len=..8192
    dev[256]: str fmt={lxc-dev}
    entrypoint: str re=[^\x00-\x08\x10-\x1F\x7F]+
    env: str re=(?:\w+=[^\x00-\x08\x10-\x1F\x7F]*)(?:\x00\w+=[^\x00-\x08\x10-\x1F\x7F]*)*
    features: str fmt={lxc-features}
    hookscript: str fmt=pve-volume-id
    hostname: str fmt=dns-name len=..255
    lock: enum:backup|create|destroyed|disk|fstrim|migrate|mounted|rollback|snapshot|snapshot-delete
    memory: int 16..
    mp[256]: str fmt={lxc-mp}
    nameserver: str fmt=lxc-ip-list
    net[32]: str fmt={lxc-net}
    onboot: bool
    ostype: enum:debian|devuan|ubuntu|centos|fedora|opensuse|archlinux|alpine|gentoo|nixos|unmanaged
    protection: bool
    rootfs: str fmt={lxc-rootfs}
    searchdomain: str
    startup: str fmt=pve-startup-order
    swap: int 0..
    tags: str fmt=pve-tag-list
    template: bool
    timezone: str fmt=pve-ct-timezone
    tty: int 0..6
    unprivileged: bool
    unused[256]: str fmt={unused}
""")

STRINGS["qemu-net"] = declare(
    "\n".join(f"{model}: str as=macaddr/model" for model in _MODELS.split())
    + "\nmodel!*: enum:"
    + "|".join(_MODELS.split())
    + r"""
    bridge: str fmt=pve-bridge-id
    firewall: bool
    link_down: bool
    macaddr: str fmt=mac-addr
    mtu: int 1..65520
    queues: int 0..64
    rate: num 0..
    tag: int 1..4094
    trunks: str re=\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*
"""
)
STRINGS["qemu-drive"] = declare(r"""
    file!*: str
    volume: str as=file
    aio: enum:native|threads|io_uring
    backup: bool
    bps: int
    bps_max_length: int 1..
    bps_rd: int
    bps_rd_length: str as=bps_rd_max_length
    bps_rd_max_length: int 1..
    bps_wr: int
    bps_wr_length: str as=bps_wr_max_length
    bps_wr_max_length: int 1..
    cache: enum:none|writethrough|writeback|unsafe|directsync
    detect_zeroes: bool
    discard: enum:ignore|on
    format: enum:raw|qcow|qed|qcow2|vmdk|cloop
    import-from: str
    iops: int
    iops_max: int
    iops_max_length: int 1..
    iops_rd: int
    iops_rd_length: str as=iops_rd_max_length
    iops_rd_max: int
    iops_rd_max_length: int 1..
    iops_wr: int
    iops_wr_length: str as=iops_wr_max_length
    iops_wr_max: int
    iops_wr_max_length: int 1..
    iothread: bool
    mbps: num
    mbps_max: num
    mbps_rd: num
    mbps_rd_max: num
    mbps_wr: num
    mbps_wr_max: num
    media: enum:cdrom|disk
    model: str
    queues: int 2..
    replicate: bool
    rerror: enum:ignore|report|stop
    ro: bool
    scsiblock: bool
    serial: str
    shared: bool
    size: str fmt=disk-size
    snapshot: bool
    ssd: bool
    werror: enum:enospc|ignore|report|stop
    wwn: str re=0x[0-9a-fA-F]{16}
""")
STRINGS["qemu-spice"] = declare("foldersharing: bool\nvideostreaming: enum:off|all|filter")
STRINGS["qemu-audio"] = declare("device!: enum:ich9-intel-hda|intel-hda|AC97\ndriver: enum:spice|none")
STRINGS["qemu-ivshmem"] = declare("size!: int 1..\nname: str re=[a-zA-Z0-9\\-]+")
STRINGS["qemu-numa"] = declare(r"""
    cpus!: str re=\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*
    hostnodes: str re=\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*
    memory: num
    policy: enum:preferred|bind|interleave
""")
_MACHINE = r"(pc|pc(-i440fx)?-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?|q35|pc-q35-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?|virt(?:-\d+(\.\d+)+)?(\+pve\d+)?)"
STRINGS["qemu-machine"] = declare(
    f"aw-bits: num 32..64\nenable-s3: bool\nenable-s4: bool\nviommu: enum:intel|virtio\ntype*: str len=..40 re={_MACHINE}"
)
STRINGS["qemu-memory"] = declare("current!*: int 16..")
STRINGS["qemu-agent"] = declare("""
    enabled!*: bool
    freeze-fs: bool
    freeze-fs-on-backup: str as=freeze-fs
    fstrim_cloned_disks: bool
    guest-fsfreeze: str as=freeze-fs
    type: enum:virtio|isa
""")
STRINGS["qemu-vga"] = declare(
    "type*: enum:cirrus|qxl|qxl2|qxl3|qxl4|none|serial0|serial1|serial2|serial3|std|virtio|virtio-gl|vmware\n"
    "memory: int 4..512\nclipboard: enum:vnc"
)
STRINGS["qemu-ipconfig"] = declare(
    "ip: str fmt=pve-ipv4-config\ngw: str fmt=ipv4 needs=ip\nip6: str fmt=pve-ipv6-config\ngw6: str fmt=ipv6 needs=ip6"
)
STRINGS["qemu-efi"] = declare("""
    file!*: str
    volume: str as=file
    efitype: enum:2m|4m
    format: str
    import-from: str
    ms-cert: str
    pre-enrolled-keys: bool
    size: str fmt=disk-size
""")
STRINGS["qemu-tpm"] = declare(
    "file!*: str\nvolume: str as=file\nformat: str\nimport-from: str\nversion: enum:v1.2|v2.0\nsize: str fmt=disk-size"
)

QEMU = declare(r"""
    acpi: bool
    affinity: str
    agent: str fmt={qemu-agent}
    allow-ksm: bool
    amd-sev: str
    arch: enum:x86_64|aarch64
    args: str
    audio0: str fmt={qemu-audio}
    autostart: bool
    balloon: int 0..
    bios: enum:seabios|ovmf
    boot: str
    bootdisk: str re=(ide|sata|scsi|virtio)\d+
    cdrom: str fmt={qemu-drive}
    cicustom: str
    cipassword: str
    citype: enum:configdrive2|nocloud|opennebula
    ciupgrade: bool
    ciuser: str
    cores: int 1..
    cpu: str fmt=pve-vm-cpu
    cpulimit: num 0..128
    cpuunits: int 1..262144
    description: str len=..8192
    efidisk0: str fmt={qemu-efi}
    freeze: bool
    hookscript: str fmt=pve-volume-id
    hostpci[16]: str
    hotplug: str
    hugepages: enum:any|2|1024
    intel-tdx: str
    ide[4]: str fmt={qemu-drive}
    ipconfig[32]: str fmt={qemu-ipconfig}
    ivshmem: str fmt={qemu-ivshmem}
    keephugepages: bool
    keyboard: enum:de|de-ch|da|en-gb|en-us|es|fi|fr|fr-be|fr-ca|fr-ch|hu|is|it|ja|lt|mk|nl|no|pl|pt|pt-br|sv|sl|tr
    kvm: bool
    localtime: bool
    lock: enum:backup|clone|create|migrate|rollback|snapshot|snapshot-delete|suspending|suspended
    machine: str fmt={qemu-machine}
    memory: str fmt={qemu-memory}
    migrate_downtime: num 0..
    migrate_speed: int 0..
    name: str fmt=dns-name
    nameserver: str fmt=address-list
    net[32]: str fmt={qemu-net}
    numa: bool
    numa[8]: str fmt={qemu-numa}
    onboot: bool
    ostype: enum:other|wxp|w2k|w2k3|w2k8|wvista|win7|win8|win10|win11|l24|l26|solaris
    parallel[3]: str re=/dev/parport\d+|/dev/usb/lp\d+
    protection: bool
    reboot: bool
    rng0: str
    sata[6]: str fmt={qemu-drive}
    scsi[31]: str fmt={qemu-drive}
    scsihw: enum:lsi|lsi53c810|virtio-scsi-pci|virtio-scsi-single|megasas|pvscsi
    searchdomain: str
    serial[4]: str re=(/dev/.+|socket)
    shares: int 0..50000
    smbios1: str len=..512
    smp: int 1..
    sockets: int 1..
    spice_enhancements: str fmt={qemu-spice}
    sshkeys: str fmt=urlencoded
    startdate: str re=(now|\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}:\d{1,2}:\d{1,2})?)
    startup: str fmt=pve-startup-order
    tablet: bool
    tags: str fmt=pve-tag-list
    tdf: bool
    template: bool
    tpmstate0: str fmt={qemu-tpm}
    unused[256]: str fmt={unused}
    usb[14]: str
    vcpus: int 1..
    vga: str fmt={qemu-vga}
    virtio[16]: str fmt={qemu-drive}
    virtiofs[10]: str
    vmgenid: str re=(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])
    vmstatestorage: str fmt=pve-storage-id
    watchdog: str
""")

LXC_DISKS = ("rootfs", *(f"mp{number}" for number in range(256)))
QEMU_DISKS = tuple(f"{bus}{number}" for bus, count in (("ide", 4), ("scsi", 31), ("virtio", 16), ("sata", 6)) for number in range(count))
QEMU_RESIZABLE = (*QEMU_DISKS, "efidisk0", "tpmstate0")


def option_string(kind: str, option: str) -> Schema | None:
    """The property string of an option of `lxc` or `qemu`, if it is one."""
    param = (LXC if kind == "lxc" else QEMU).params.get(option)
    return STRINGS.get(param.format[1:-1]) if param and param.format.startswith("{") else None
