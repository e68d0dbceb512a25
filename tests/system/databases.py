# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that speaks MongoDB's protocol, for tests that are no programs in C. It is for tests alone."""

import pathlib
import socket
import subprocess
import tempfile

from mongodb import find_program
from patience import await_true
from printed import choose_port


class Server:
    """On loopback, with a folder of its own."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="usher-mongodb-")
        self.port = choose_port()
        self.command = [find_program(), "--sync-on-commit", "--port", str(self.port)]
        self.command += ["--storage-path", f"{self.folder.name}/data", *options]
        self.start()

    def start(self):
        """Returns when it answers."""
        with open(f"{self.folder.name}/log", "ab") as log:
            self.child = subprocess.Popen(self.command, cwd=self.folder.name, stdout=log, stderr=log)
        await_true(self.answers, f"the server for tests starts: {self.folder.name}/log")

    def answers(self):
        if self.child.poll() is not None:
            raise AssertionError(pathlib.Path(self.folder.name, "log").read_text(encoding="utf-8"))
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.child.kill()
        self.child.wait()

    def close(self):
        self.kill()
        self.folder.cleanup()
