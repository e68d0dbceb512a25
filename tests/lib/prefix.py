# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usher as it is installed, away from the tree that it was built in."""

import pathlib
import subprocess


class Prefix:
    """A home with all of Usher in ~/usher. Nothing in the environment leads to the build tree."""

    def __init__(self, top, build):
        self.top = pathlib.Path(top)
        self.home = self.top / "home"
        self.path = self.home / "usher"
        self.work = self.top / "my plugins"
        self.home.mkdir()
        self.work.mkdir()
        install = ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", self.top / "root"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        next((self.top / "root").glob("**/bin/usher")).parent.parent.rename(self.path)
        self.environment = {"HOME": str(self.home), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "USER": "ann"}

    def run(self, script, timeout, folder=None):
        """Status and output of a script of the shell, in the place for work or in a folder."""
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=folder or self.work,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        return done.returncode, done.stdout
