"""The images: two Debian trees made once by mmdebstrap, then the host image and the service image's data roots on top.

All of it is keyed by a hash of its recipe and lies in the cache outside the checkout. A data root is made once and
cloned by hard links for each host: layers are never written, so only the engine's databases are copied.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import paths
from lab.cloud import topology
from lab.outer import build_context, engine, machine
from lab.outer.proc import run

ENGINES = ("docker", "podman")
DATA_ROOT = {"docker": "/var/lib/docker", "podman": "/var/lib/containers"}
_BOOTSTRAP = [
    "--quiet", "--variant=apt", '--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
]  # fmt: skip


def ready() -> None:
    """See to it that the host image is in the outer engine and both data roots are in the cache."""
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    if not (all(map(_have_host, ENGINES)) and all(template(e).exists() for e in ENGINES)):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(_base, ("host", "service")))
        _host_images()
        _templates()
    _forget_old()


def host_image(kind: str) -> str:
    """Return the name of the host image that has the engine `docker` or `podman`."""
    return f"remediator-lab/host:{kind}-{_key('host')}"


def recipe(kind: str) -> str:
    """Return what the images of a host with this engine are made from, as one word."""
    return f"{host_image(kind)}+{template(kind).name}"


def template(kind: str) -> Path:
    """Return the cached data root of an engine (`docker` or `podman`) that has the service image."""
    return paths.CACHE / f"{kind}-{_key('service')}"


def clone(kind: str, target: Path) -> None:
    """Make `target` a data root like the template: layers by hard links, the databases as copies."""
    source = template(kind)
    layers = "overlay2" if kind == "docker" else "storage/overlay"
    (target / layers).parent.mkdir(parents=True)
    run(["cp", "-al", str(source / layers), str((target / layers).parent)], timeout_s=300)
    for entry in _siblings(source, Path(layers)):
        (target / entry).parent.mkdir(parents=True, exist_ok=True)
        run(["cp", "-a", str(source / entry), str(target / entry)], timeout_s=300)


def _siblings(source: Path, layers: Path) -> list[Path]:
    found = [Path(e.name) for e in source.iterdir() if e.name != layers.parts[0]]
    if len(layers.parts) == 2:
        found += [
            Path(layers.parts[0], e.name) for e in (source / layers.parts[0]).iterdir() if e.name != layers.parts[1]
        ]
    return found


def _have_host(kind: str) -> bool:
    return engine.docker("image", "inspect", host_image(kind), check=False).ok


def _base_tar(kind: str) -> Path:
    digest = hashlib.sha256(_packages(kind).encode() + repr((_BOOTSTRAP, machine.SUITE)).encode()).hexdigest()[:16]
    return paths.CACHE / f"{kind}-base-{digest}.tar"


def _packages(kind: str) -> str:
    return ",".join(build_context.packages(kind))


def _base(kind: str) -> None:
    target = _base_tar(kind)
    if target.exists():
        return
    print(f"lab: building the {kind} tree from Debian packages (about a minute, once)", flush=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    scratch = paths.CACHE / f"scratch-{kind}"
    remove_tree(scratch)
    scratch.mkdir()
    sources = "\n".join(machine.sources()) + "\n"
    run(
        ["mmdebstrap", *_BOOTSTRAP, f"--include={_packages(kind)}", "--format=tar", machine.SUITE, str(part), "-"],
        stdin=sources,
        timeout_s=540,
        env=dict(machine.ENV, TMPDIR=str(scratch)),
    )
    part.rename(target)
    remove_tree(scratch)


def _host_images() -> None:
    base = f"remediator-lab/host-base:{_base_tar('host').stem}"
    if not engine.docker("image", "inspect", base, check=False).ok:
        engine.docker("import", str(_base_tar("host")), base, timeout_s=300)
    engine.docker("tag", base, "remediator-lab/host-base:latest")
    context = _context("host")
    for kind in ENGINES:
        argv = [
            "build",
            "--quiet",
            "--cgroup-parent",
            f"/{paths.CGROUP}",
            "--network",
            "none",
            "--build-arg",
            f"ENGINE={kind}",
            "-t",
            host_image(kind),
        ]
        engine.docker(*argv, str(context), timeout_s=300)
    remove_tree(context)


def _templates() -> None:
    """Build the service image in a docker data root, then load the same image into a podman one."""
    docker_root, podman_root = template("docker"), template("podman")
    if docker_root.exists() and podman_root.exists():
        return
    print("lab: building the service image", flush=True)
    saved = paths.CACHE / "service.tar"
    parts = {"docker": docker_root.with_name("docker.part"), "podman": podman_root.with_name("podman.part")}
    for part in parts.values():
        remove_tree(part)
        part.mkdir()
    context = _context("service")
    _in_host_image(
        "docker",
        parts["docker"],
        ["docker", f"/cache/{_base_tar('service').name}", "/context", "/cache/service.tar"],
        context,
    )
    _in_host_image("podman", parts["podman"], ["podman", "/cache/service.tar"], context)
    saved.unlink()
    remove_tree(context)
    for kind, part in parts.items():
        remove_tree(template(kind))
        part.rename(template(kind))


def _in_host_image(kind: str, root: Path, args: list[str], context: Path) -> None:
    engine.docker(
        "run", "--rm", "--privileged", "--cgroupns", "private", "--network", "none", "--env", f"LAB_TAG={topology.TAG}",
        "--env", f"LAB_IMAGES={' '.join(build_context.names())}", "--tmpfs", "/run", "--tmpfs", "/tmp",
        "-v", f"{root}:{DATA_ROOT[kind]}", "-v", f"{paths.CACHE}:/cache", "-v", f"{context}:/context:ro",
        host_image(kind), "lab-template", *args, timeout_s=540,
    )  # fmt: skip


def _key(kind: str) -> str:
    """Hash everything that goes into an image; the data roots depend on the host image's engines too."""
    digest = hashlib.sha256()
    files = {f"{kind}/{place}": file for place, file in build_context.files(kind).items()}
    if kind == "service":
        programs = Path("host/root/usr/local/sbin")
        files |= {f"{programs / f}": paths.IMAGE / programs / f for f in ("lab-template", "runc-lab", "runc-norlimit")}
        digest.update(f"{_base_tar('host').name} {build_context.names()}".encode())
    digest.update(_base_tar(kind).name.encode())
    for place, file in sorted(files.items()):
        digest.update(f"{place} {os.access(file, os.X_OK)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _context(kind: str) -> Path:
    """Return a new folder of this lab's own with what an image is built from."""
    folder = paths.RUN / f"context-{kind}"
    build_context.write(kind, folder)
    return folder


def _forget_old() -> None:
    """Keep one version of everything: the cache stays bounded."""
    keep = {_base_tar("host").name, _base_tar("service").name, template("docker").name, template("podman").name}
    for entry in paths.CACHE.iterdir():
        if entry.name not in keep:
            remove_tree(entry)
    tags = engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").out.split()
    keep = {host_image(kind) for kind in ENGINES} | {f"remediator-lab/host-base:{_base_tar('host').stem}"}
    old = [t for t in tags if t not in keep]
    if old:
        engine.docker("rmi", *old, check=False)


def remove_tree(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
