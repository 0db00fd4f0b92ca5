#!/usr/bin/env python3
"""mkimage.py NAME OUT.tar CONFIG.json LAYER-DIR...

Writes a docker-archive (for `docker load`) of one layer per folder, without an engine. CONFIG.json is
the image's `config` object (Env, Cmd, User, ...). Owners and modes are those of the files; times are
zero, so that equal folders give equal images and layers that two images share are stored once.
"""

import hashlib
import io
import json
import os
import sys
import tarfile


def anonymous(member):
    member.mtime = 0
    member.uname = member.gname = ""
    return member


def layer_of(folder):
    """Writes FOLDER's layer beside it, once, and returns its path and digest."""
    path = folder + ".layer"
    if not os.path.exists(path):
        with tarfile.open(path + ".part", "w", format=tarfile.PAX_FORMAT) as tar:
            for name in sorted(os.listdir(folder)):
                tar.add(os.path.join(folder, name), arcname=name, filter=anonymous)
        os.rename(path + ".part", path)
    with open(path, "rb") as layer:
        return path, hashlib.file_digest(layer, "sha256").hexdigest()


def add_bytes(tar, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def main(name, out, config_path, *folders):
    layers = [layer_of(folder.rstrip("/")) for folder in folders]
    with open(config_path, encoding="utf-8") as file:
        config = json.load(file)
    image = json.dumps(
        {
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine],
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest for _, digest in layers]},
            "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "mkimage.py"} for _ in layers],
        },
        sort_keys=True,
    ).encode()
    digest = hashlib.sha256(image).hexdigest()
    manifest = [
        {
            "Config": digest + ".json",
            "RepoTags": [name],
            "Layers": [layer_digest + "/layer.tar" for _, layer_digest in layers],
        }
    ]
    with tarfile.open(out + ".part", "w") as tar:
        add_bytes(tar, digest + ".json", image)
        for path, layer_digest in layers:
            tar.add(path, arcname=layer_digest + "/layer.tar", filter=anonymous)
        add_bytes(tar, "manifest.json", json.dumps(manifest).encode())
    os.rename(out + ".part", out)
    print("sha256:" + digest)


if __name__ == "__main__":
    main(*sys.argv[1:])
