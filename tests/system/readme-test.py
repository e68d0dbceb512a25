#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README prints works, and again after the host was killed, and while it is: readme-test.py LIB README CONFIG

USHER_TEST_STORE says whether the databases are on a server, which is killed along with the host."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile

LIB, README, CONFIG = sys.argv[1:]
sys.path.insert(0, LIB)

from databases import Server  # noqa: E402
from printed import SHOP, choose_port, read_blocks  # noqa: E402

STORES = {"mongodb": ["--standalone"], "mongodb-set": []}
PAUSE = "here everything is killed"


def start_server():
    """None where the databases are files."""
    store = os.environ.get("USHER_TEST_STORE", "sqlite")
    return Server(*STORES[store]) if store != "sqlite" else None


def make_command(config, data, server):
    program = os.environ["USHER_TEST_PROGRAM"]
    placement = os.environ.get("USHER_TEST_PLACEMENT", "one")
    command = [program, "run"] if placement == "one" else [program, "up", "--profile", placement]
    command += ["--config", config, "--data", data, "--admin", "127.0.0.1:0"]
    # so that who goes on after a kill finds it there
    command += ["--listen", f"127.0.0.1:{choose_port()}"]
    if placement == "pairs":
        subprocess.run([program, "keys", f"{data}.keys"], stdout=subprocess.DEVNULL, check=True)
        command += ["-s", f"bus.keys={data}.keys", "--bus", f"tcp://127.0.0.1:{choose_port()}"]
    if server is not None:
        command += ["-s", f"store.uri=mongodb://127.0.0.1:{server.port}"]
    return command


class Host:
    def __init__(self, folder):
        self.server = start_server()
        self.command = make_command(CONFIG, f"{folder}/data", self.server)
        self.lock = f"{folder}/data/lock"
        self.start()

    def start(self):
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.uri = self.child.stdout.readline().removeprefix("listening on ").strip()

    def kill(self):
        """Until the children of a supervisor that was killed are gone too."""
        self.child.kill()
        self.child.wait()
        with open(self.lock, encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)

    def kill_and_start(self):
        if self.server is not None:
            self.server.kill()
        self.kill()
        if self.server is not None:
            self.server.start()
        self.start()

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=30) == 0

    def close(self):
        self.child.kill()
        self.child.wait()
        if self.server is not None:
            self.server.close()


def walk(blocks, folder, host, is_killed=False):
    """Whether all of the walk succeeds and the order is complete at its end."""
    half = len(blocks) // 2 + 1
    if is_killed:
        blocks = [*blocks[:half], f"echo {PAUSE}\nread -r\n", *blocks[half:]]
    text = "set -e -o pipefail\n" + "\n".join(blocks).replace(SHOP, host.uri)
    shell = subprocess.Popen(
        ["bash", "-c", text], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    said = []
    for line in shell.stdout:
        print(f"# {line}", end="")
        said.append(line)
        if line.strip() == PAUSE:
            host.kill_and_start()
            print("\n", file=shell.stdin, flush=True)
    return shell.wait(timeout=60) == 0 and '"status":"complete"' in "".join(said)


def main():
    blocks = [block.text for block in read_blocks(README, "Buy a ticket")]
    with tempfile.TemporaryDirectory() as folder:
        host = Host(folder)
        try:
            first = SHOP in "".join(blocks) and walk(blocks, folder, host)
            host.kill_and_start()
            second = walk(blocks, folder, host)
            third = walk(blocks, folder, host, is_killed=True)
            stopped = host.stop()
        finally:
            host.close()

    print("1..4")
    print("ok" if first else "not ok", "1 /readme/purchase")
    print("ok" if second else "not ok", "2 /readme/purchase-after-kill")
    print("ok" if third else "not ok", "3 /readme/purchase-killed-in-the-middle")
    print("ok" if stopped else "not ok", "4 /readme/stop")


main()
