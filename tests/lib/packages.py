#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests need of PyPI and npm, installed once for all builds, in folders of their own."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys


def find_cache():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "usher-tests"


def run(*command, **more):
    subprocess.run(command, check=True, capture_output=True, text=True, **more)


def install_python(folder, requirements):
    # the system's: another one in PATH may be of any version
    run("/usr/bin/python3", "-m", "venv", folder)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    run(*pip, *requirements)


def install_node(folder, requirements):
    folder.mkdir()
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", *requirements, cwd=folder)


def ensure(name, install, *requirements):
    """The folder of that name; what a run that was killed left of one is made anew. Whoever comes while it is being installed
    waits."""
    cache = find_cache()
    folder = cache / name
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            install(folder, requirements)
            (folder / "whole").touch()
    return folder


def end_with(error):
    """Says why a command failed."""
    what = " ".join(str(word) for word in error.cmd)
    sys.exit(f"{what}: {error.stdout}{error.stderr}")
