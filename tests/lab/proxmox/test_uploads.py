"""Files sent to a storage, as backup-firewall-misc.jsonl recorded it."""

import hashlib

import pytest

PATH = "/nodes/{node}/storage/local/upload"
CONTENT = b"\x00" * 4096


def send(pve, name, *, path=PATH, **fields):
    form = {"content": "iso", **fields}
    return pve.call("POST", path, files={"filename": (name, CONTENT, "application/octet-stream")}, data=form)


def test_an_image(pve):
    answer = send(pve, "tiny.iso")
    assert (answer.status, answer.data.split(":")[5:7]) == (200, ["imgcopy", ""])
    assert pve.wait(answer.data) == "OK"
    log = pve.log(answer.data)
    assert log[0].startswith("starting file import from: /var/tmp/pveupload-")
    assert log[1:4] == [f"target node: {pve.node}", "target file: /var/lib/vz/template/iso/tiny.iso", "file size is: 4096"]
    assert log[-2:] == ["finished file import successfully", "TASK OK"]
    rows = pve.ok("GET", "/nodes/{node}/storage/local/content", {"content": "iso"})
    assert [(row["volid"], row["size"], row["format"]) for row in rows] == [("local:iso/tiny.iso", 4096, "iso")]
    assert pve.task("DELETE", "/nodes/{node}/storage/local/content/local:iso/tiny.iso") == "OK"


def test_a_container_template_is_one(pve):
    assert pve.wait(send(pve, "my template_1.0_amd64.tar.gz", content="vztmpl").data) == "OK"
    template = "local:vztmpl/my_template_1.0_amd64.tar.gz"
    assert pve.task("POST", "/nodes/{node}/lxc", {"vmid": 300, "ostemplate": template, "rootfs": "local:0.3"}) == "OK"


def test_checksums(pve):
    right = hashlib.sha256(CONTENT).hexdigest()
    assert pve.wait(send(pve, "a.iso", checksum=right, **{"checksum-algorithm": "sha256"}).data) == "OK"
    wrong = pve.wait(send(pve, "b.iso", checksum="00", **{"checksum-algorithm": "sha256"}).data)
    assert wrong == f"checksum mismatch: got '{right}' != expect '00'"
    assert send(pve, "c.iso", checksum="00").status == 400


@pytest.mark.parametrize(
    ("name", "fields", "errors"),
    [
        ("tiny.txt", {}, {"filename": "wrong file extension"}),
        ("tiny.iso", {"content": "vztmpl"}, {"filename": "wrong file extension"}),
        ("tiny.iso", {"content": "images"}, {"content": "value 'images' does not have a value in the enumeration 'iso, vztmpl, import'"}),
    ],
)
def test_refused(pve, name, fields, errors):
    answer = send(pve, name, **fields)
    assert (answer.status, {field: text.strip() for field, text in answer.errors.items()}) == (400, errors)


def test_a_storage_without_files(eig):
    answer = send(eig, "tiny.iso", path="/nodes/{node}/storage/local-lvm/upload")
    assert (answer.status, answer.reason) == (500, "can't upload to storage type 'lvmthin', not a file based storage!")


def test_it_takes_a_privilege(pve):
    token = pve.token("reader", _storage_local="PVEDatastoreUser")
    answer = pve.call("POST", PATH, files={"filename": ("a.iso", CONTENT)}, data={"content": "iso"}, token=token)
    assert (answer.status, answer.reason) == (403, "Permission check failed (/storage/local, Datastore.AllocateTemplate)")


def test_without_a_file(pve):
    assert pve.call("POST", PATH, {"content": "iso", "filename": "a.iso"}).status == 500
