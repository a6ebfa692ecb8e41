from support.gateway_row import KEY_FIELD, RESTART, UNCOMPARED, Case, Row

from eiginfra.core.values import ByteSize
from eiginfra.providers.gateway.kinds.features import GatewayFeaturesSpec
from eiginfra.providers.proxmox.kinds.container import ContainerSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec

CONTAINER = ContainerSpec(
    mark="eig3/adler/web",
    name="adler-web",
    pool="eig3-adler",
    image="local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst",
    cores=1,
    memory=ByteSize.parse("512MiB"),
    disk=ByteSize.parse("4GiB"),
    nesting=True,
)

CASE = Case(
    (PoolSpec(id="eig3-adler"), CONTAINER, GatewayFeaturesSpec(machine="proxmox.container[eig3/adler/web]", keyctl=True)),
    (
        Row("machine", "proxmox.container[eig3/adler/db]", KEY_FIELD),
        Row("keyctl", False, RESTART, lambda server: server.node(features="nesting=1,keyctl=1")),
        Row("id", 105, UNCOMPARED),
    ),
    ends=("disable", "disable"),
    bad={"machine": ["web", "proxmox.container[a]", "x[y/z/w]"]},
)  # fmt: skip
