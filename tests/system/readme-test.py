#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README prints works, and again after the host was killed: readme-test.py LIB README CONFIG"""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile

LIB, README, CONFIG = sys.argv[1:]
sys.path.insert(0, LIB)

from printed import SHOP, choose_port, read_blocks  # noqa: E402


def make_command(config, data):
    program = os.environ["USHER_TEST_PROGRAM"]
    placement = os.environ.get("USHER_TEST_PLACEMENT", "one")
    command = [program, "run"] if placement == "one" else [program, "up", "--profile", placement]
    command += ["--config", config, "--data", data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    if placement == "pairs":
        subprocess.run([program, "keys", f"{data}.keys"], stdout=subprocess.DEVNULL, check=True)
        command += ["-s", f"bus.keys={data}.keys", "--bus", f"tcp://127.0.0.1:{choose_port()}"]
    return command


def start_host(command):
    host = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
    )
    return host, host.stdout.readline().removeprefix("listening on ").strip()


def await_unused(lock):
    """Until the children of a supervisor that was killed are gone too."""
    with open(lock, encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def walk(commands, folder, uri):
    """Whether all of the walk succeeds and the order is complete at its end."""
    text = "set -e -o pipefail\n" + commands.replace(SHOP, uri)
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, capture_output=True, text=True, timeout=60
    )
    for line in (done.stdout + done.stderr).splitlines():
        print(f"# {line}")
    return done.returncode == 0 and '"status":"complete"' in done.stdout


def main():
    commands = "\n".join(block.text for block in read_blocks(README, "Buy a ticket"))
    with tempfile.TemporaryDirectory() as folder:
        command = make_command(CONFIG, f"{folder}/data")
        host, uri = start_host(command)
        try:
            first = SHOP in commands and walk(commands, folder, uri)
            host.kill()
            host.wait()
            await_unused(f"{folder}/data/lock")
            host, uri = start_host(command)
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


main()
