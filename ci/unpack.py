#!/usr/bin/env python3
"""Unpacks a data folder's .xz files once: every run reads its data, and unpacking takes longer than a small run.

usage: unpack.py DATA OUT

OUT becomes a folder with the layout of DATA, and nothing else: .xz files unpacked, all others links. What was unpacked before
and is as old as its source is kept. A packed file that is damaged, or bound by a checksum beside it, is a
link too: the toolkit checks and refuses it where it is asked for.
"""
import lzma
import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def replace(target, make):
    """Makes the file under another name first, so that it is whole or not there."""
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        make(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unpack(source, target):
    """Returns whether the source could be unpacked."""
    time = source.stat().st_mtime_ns
    if target.is_file() and not target.is_symlink() and target.stat().st_mtime_ns == time:
        return True

    def make(part):
        with lzma.open(source) as packed, open(part, "wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        os.utime(part, ns=(time, time))

    try:
        replace(target, make)
        return True
    except (OSError, EOFError, lzma.LZMAError) as broken:
        print(f"ci/unpack.py: left packed: {source}: {broken}", file=sys.stderr)
        return False


def place(source, target):
    """Puts one file in its place; returns where that is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    plain = target.with_suffix("")
    bound = source.with_name(source.name + ".sha256").exists()
    # the toolkit takes the plain file before a packed one, and .gz before .xz
    shadowed = source.with_suffix("").exists() or source.with_suffix(".gz").exists()
    if source.suffix == ".xz" and not bound and not shadowed and unpack(source, plain):
        return plain
    replace(target, lambda part: part.symlink_to(source))
    return target


def main(data, out):
    walk = os.walk(data, followlinks=True)
    sources = sorted(Path(folder) / name for folder, _, names in walk for name in names)
    with ProcessPoolExecutor() as pool:
        placed = set(pool.map(place, sources, [out / path.relative_to(data) for path in sources]))
    for path in out.rglob("*"):
        if path not in placed and not path.is_dir():
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    folders = [Path(name).resolve() for name in sys.argv[1:]]
    if folders[0] in [folders[1], *folders[1].parents] or folders[1] in folders[0].parents:
        sys.exit(f"ci/unpack.py: {folders[1]} is written again, so the data must be elsewhere, but are in {folders[0]}")
    main(*folders)
