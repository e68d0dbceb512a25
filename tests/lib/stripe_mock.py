# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stripe's own server for tests, which checks requests against the published interface and keeps nothing"""

import ctypes
import fcntl
import glob
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

VERSION = "v0.203.0"
NEEDED = (1, 22)
PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """Why it cannot be had"""


def find_go():
    for go in [shutil.which("go"), "/usr/local/go/bin/go", *glob.glob("/usr/lib/go-1.*/bin/go")]:
        if go is not None and os.access(go, os.X_OK):
            said = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
            found = re.search(r"go(\d+)\.(\d+)", said)
            if found is not None and tuple(map(int, found.groups())) >= NEEDED:
                return go
    raise Missing("stripe-mock needs Go 1.22 or later; Debian 12 has it in its backports: apt install -t bookworm-backports golang-go")


def build():
    """The path of the program, which outlives the folders of a build"""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "usher-tests", f"stripe-mock-{VERSION}")
    program = os.path.join(folder, "stripe-mock")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as lock, tempfile.TemporaryDirectory(dir=folder) as fresh:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(program):
            command = [find_go(), "install", f"github.com/stripe/stripe-mock@{VERSION}"]
            done = subprocess.run(command, env={**os.environ, "GOBIN": fresh}, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Missing("stripe-mock cannot be built: " + done.stderr.strip().splitlines()[-1])
            os.rename(os.path.join(fresh, "stripe-mock"), program)
    return program


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Mock:
    """It runs, and ends with the thread that made it"""

    def __init__(self):
        options = ["-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0", "-strict-version-check"]
        self.process = subprocess.Popen(
            [build(), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=end_with_parent
        )
        said = {}
        for line in self.process.stdout:
            found = re.match(r"Listening for (HTTPS?) at address: (\S+)", line)
            said |= {found[1]: found[2]} if found is not None else {}
            if len(said) == 2:
                self.address, self.https = said["HTTP"], said["HTTPS"]
                return
        raise Missing("stripe-mock does not start")

    def check(self, method, path, body, headers):
        """What is wrong with a request, None where nothing is"""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        sent = {name: headers[name] for name in ("Content-Type", "Idempotency-Key", "Stripe-Version") if headers[name]}
        connection.request(method, path, body, {**sent, "Authorization": "Bearer sk_test_123"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return None if answer.status == 200 else f"{method} {path}: " + json.loads(text)["error"]["message"]
