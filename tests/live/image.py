# SPDX-License-Identifier: Apache-2.0
"""An image as skopeo's "dir:" has it: a configuration and one layer."""
import gzip
import hashlib
import io
import json
import random
import tarfile

SIZE = 760_000  # bytes of the layer, as busybox has in the topology
TYPE = "application/vnd.docker."


def digest(data):
    return hashlib.sha256(data).hexdigest()


def layer():
    content = random.Random(1).randbytes(SIZE)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("bin/busybox")
        entry.size = SIZE
        archive.addfile(entry, io.BytesIO(content))
    return tar.getvalue()


def described(kind, data):
    return {"mediaType": TYPE + kind, "size": len(data), "digest": "sha256:" + digest(data)}


def make_image(folder):
    tar = layer()
    packed = gzip.compress(tar, 1, mtime=0)
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(tar)]},
        "history": [{"created": "2020-06-01T00:00:00Z"}]}).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": TYPE + "distribution.manifest.v2+json",
        "config": described("container.image.v1+json", config),
        "layers": [described("image.rootfs.diff.tar.gzip", packed)]}).encode()
    folder.mkdir()
    for name, data in (("version", b"Directory Transport Version: 1.1\n"),
                       ("manifest.json", manifest), (digest(config), config),
                       (digest(packed), packed)):
        (folder / name).write_bytes(data)
