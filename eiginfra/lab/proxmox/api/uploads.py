"""Files sent to a storage: images and container templates (recorded on a real server)."""

import hashlib
import re

from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.state import VolumeRecord
from eiginfra.lab.proxmox.tasks import RunningTask

_ALGORITHMS = "md5|sha1|sha224|sha256|sha384|sha512"
_EXTENSIONS = {"iso": r"\.(iso|img)", "vztmpl": r"\.tar\.(gz|xz|zst|bz2)", "import": r"\.(ova|qcow2|raw|vmdk)"}


@endpoint(
    "POST",
    "/nodes/{node}/storage/{storage}/upload",
    "content!: enum:iso|vztmpl|import\nfilename!: str len=..255\nchecksum: str needs=checksum-algorithm\n"
    f"checksum-algorithm: enum:{_ALGORITHMS} needs=checksum\ntmpfilename: str re=/var/tmp/pveupload-[0-9a-f]+",
    perm("/storage/{storage}", "Datastore.AllocateTemplate"),
)
def upload(call: ProxmoxCall) -> str:
    """Put the file that came with the request into the storage."""
    storage, kind = call.lab.storages.on(call.text("storage"), call.node), call.text("content")
    if not storage.path:
        raise ServerError(f"can't upload to storage type '{storage.type}', not a file based storage!")
    name = re.sub(r"[^-a-zA-Z0-9_.]", "_", re.split(r"[/\\]", call.text("filename"))[-1])
    match = re.search(_EXTENSIONS[kind] + "$", name)
    if match is None:
        raise ParamError(filename="wrong file extension")
    if kind not in storage.content:
        raise ServerError(f"storage '{storage.id}' does not support '{kind}' content")
    if "tmpfilename" not in call.p:
        raise ServerError("missing temporary file name")
    fmt = {"iso": "iso", "vztmpl": f"t{match[1]}", "import": match[1]}[kind]
    volume = VolumeRecord(
        f"{storage.id}:{kind}/{name}", call.node, storage.id, kind, fmt, len(call.upload), len(call.upload), call.lab.now()
    )

    async def worker(task: RunningTask) -> None:
        source, target = call.text("tmpfilename"), call.lab.storages.path(volume)
        task.log(f"starting file import from: {source}")
        if wanted := call.text("checksum"):
            found = hashlib.new(call.text("checksum-algorithm"), call.upload, usedforsecurity=False).hexdigest()
            if found != wanted.lower():
                raise ServerError(f"checksum mismatch: got '{found}' != expect '{wanted}'")
        task.log(f"target node: {call.node}", f"target file: {target}", f"file size is: {volume.size}", f"command: cp -- {source} {target}")
        await call.lab.tasks.work("imgcopy")
        call.lab.state.volumes[volume.id] = volume
        task.log("finished file import successfully")

    return call.task("imgcopy", "", worker)
