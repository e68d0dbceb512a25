#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What examples/blog/README.md prints works with an installed Usher alone: blog-test.py LIB EXAMPLE BUILD"""

import shutil
import sys
import tempfile

LIB, EXAMPLE, BUILD = sys.argv[1:]
sys.path.insert(0, LIB)

from checks import check, expect, results  # noqa: E402
from prefix import Prefix  # noqa: E402
from printed import SHOP, choose_port, read_blocks  # noqa: E402

# in the background what is for another terminal; the one before is stopped first
START = """
if [ -n "$HOST" ]; then kill $HOST; wait $HOST; fi
{command} --data "$HOME/data" --listen {listen} --admin 127.0.0.1:0 >"$HOME/log" 2>&1 &
HOST=$!
trap 'kill $HOST; wait $HOST; cat "$HOME/log"' EXIT
until grep -q 'listening on' "$HOME/log"; do kill -0 $HOST; sleep 0.1; done
"""
END = """
curl -sf {url}/api/blog
trap - EXIT
kill $HOST
wait $HOST
"""


def make_script(port):
    pieces = ["set -e -o pipefail\nHOST=\n"]
    for block in read_blocks(f"{EXAMPLE}/README.md"):
        if block.language != "sh":
            continue
        if block.text.startswith("usher run"):
            pieces.append(START.format(command=block.text.strip(), listen=f"127.0.0.1:{port}"))
        else:
            pieces.append(block.text.replace(SHOP, f"http://127.0.0.1:{port}"))
    return "\n".join([*pieces, END.format(url=f"http://127.0.0.1:{port}")])


def check_walk(top):
    prefix = Prefix(top, BUILD)
    shutil.copytree(EXAMPLE, prefix.work / "blog")
    prefix.environment["PATH"] = f"{prefix.path}/bin:{prefix.environment['PATH']}"
    prefix.environment["PKG_CONFIG_PATH"] = str(next(prefix.path.rglob("usher-1.pc")).parent)
    status, said = prefix.run(make_script(choose_port()), 200, prefix.work / "blog")
    for line in said.splitlines():
        print(f"# {line}")
    if status != 0:
        raise AssertionError(f"it ends with {status}")
    expect(said, "Ok:                 1", '"status":"pending"', "I like apples", "This comment has been rejected", '"title":"Fruit"')


def main():
    with tempfile.TemporaryDirectory() as top:
        check("/blog/walk", check_walk, top)
    print(f"1..{len(results)}")
    print("\n".join(results))


main()
