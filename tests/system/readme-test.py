#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README prints works, and again after the host was killed: readme-test.py README CONFIG"""

import os
import re
import signal
import subprocess
import sys
import tempfile

PRINTED = "http://127.0.0.1:3000"


def read_commands(path):
    with open(path, encoding="utf-8") as readme:
        section = readme.read().split("\n## Buy a ticket\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def start_host(config, data):
    host = subprocess.Popen(
        [os.environ["USHER_TEST_PROGRAM"], "run", "--config", config, "--data", data]
        + ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    return host, host.stdout.readline().removeprefix("listening on ").strip()


def walk(commands, folder, uri):
    """Whether all of the walk succeeds and the order is complete at its end."""
    text = "set -e -o pipefail\n" + commands.replace(PRINTED, uri)
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, capture_output=True, text=True, timeout=60
    )
    for line in (done.stdout + done.stderr).splitlines():
        print(f"# {line}")
    return done.returncode == 0 and '"status":"complete"' in done.stdout


def main(readme, config):
    commands = read_commands(readme)
    with tempfile.TemporaryDirectory() as folder:
        host, uri = start_host(config, f"{folder}/data")
        try:
            first = PRINTED in commands and walk(commands, folder, uri)
            host.kill()
            host.wait()
            host, uri = start_host(config, f"{folder}/data")
            second = walk(commands, folder, uri)
            host.send_signal(signal.SIGTERM)
            stopped = host.wait(timeout=30) == 0
        finally:
            host.kill()
            host.wait()

    print("1..3")
    print("ok" if first else "not ok", "1 /readme/purchase")
    print("ok" if second else "not ok", "2 /readme/purchase-after-kill")
    print("ok" if stopped else "not ok", "3 /readme/stop")


main(*sys.argv[1:])
