#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that speaks MongoDB's protocol, for tests alone: mongodb.py prints where its program is, and installs it before
where that is to be done, once for all builds."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

VERSION = "0.7.0b3"


def find_cache():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "usher-tests"


def install(folder):
    """Into an environment of its own; what a run that was killed left of one is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    # the system's: another one in PATH may be of any version
    subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True, capture_output=True, text=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*pip, f"secantusdb=={VERSION}"], check=True, capture_output=True, text=True)
    (folder / "whole").touch()


def find_program():
    """Where the program is; whoever comes while it is being installed waits."""
    cache = find_cache()
    folder = cache / f"secantusdb-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            install(folder)
    return folder / "bin" / "secantusd-py"


def main():
    try:
        print(find_program())
    except subprocess.CalledProcessError as error:
        what = " ".join(str(word) for word in error.cmd)
        sys.exit(f"{what}: {error.stdout}{error.stderr}")


if __name__ == "__main__":
    main()
