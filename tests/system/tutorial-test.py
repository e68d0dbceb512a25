#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/plugins.md prints works with an installed Usher alone, and is short: tutorial-test.py LIB PAGE FORMAT BUILD"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

LIB, PAGE, FORMAT, BUILD = sys.argv[1:]
sys.path.insert(0, LIB)

from checks import check, expect, results  # noqa: E402
from prefix import Prefix  # noqa: E402
from printed import SHOP, choose_port, read_blocks  # noqa: E402

INSTALL = "./develop install ~/usher\n"
HOST = "usher up --watch --plugins build\n"
# lines of a service, without the comment that it begins with
LIMITS = [60, 120]

# in the background what is for another terminal; all of it ends with the script
START = """
usher up --watch --plugins build --data "$HOME/data" --listen {listen} --admin 127.0.0.1:0 >"$HOME/log" 2>&1 &
HOST=$!
trap 'kill $HOST; wait $HOST; cat "$HOME/log"' EXIT
until grep -q 'listening on' "$HOME/log"; do kill -0 $HOST; sleep 0.1; done
"""
# what the page tells its reader to wait for
NEW = """
until [ "$(grep -c 'was built anew, process “reviews” is a new one' "$HOME/log")" -ge {n} ]; do kill -0 $HOST; sleep 0.1; done
"""
END = """
trap - EXIT
kill $HOST
wait $HOST
"""


def make_script(port):
    pieces = ["set -e -o pipefail\n"]
    n_built = None
    for block in read_blocks(PAGE):
        if block.name:
            pieces.append(f"cat >{block.name} <<'PRINTED'\n{block.text}PRINTED\n")
        elif block.text == HOST:
            pieces.append(START.format(listen=f"127.0.0.1:{port}"))
            n_built = 0
        elif block.language == "sh" and block.text != INSTALL:
            pieces.append(block.text.replace(SHOP, f"http://127.0.0.1:{port}"))
            if n_built is not None and "meson compile" in block.text:
                n_built += 1
                pieces.append(NEW.format(n=n_built))
    return "\n".join([*pieces, END])


def check_walk(top):
    prefix = Prefix(top, BUILD)
    status, said = prefix.run(make_script(choose_port()), 150)
    for line in said.splitlines():
        print(f"# {line}")
    if status != 0:
        raise AssertionError(f"it ends with {status}")
    expect(said, "Give it a title", '"text":"Nice"', "reviewed this ticket already", '"title":"Concert"')
    if said.count("Ok:                 1") != 2:
        raise AssertionError("two tests should have passed")
    expect(said, f"{prefix.home}/.local/share/usher/plugins")
    for name in ["compile_commands.json", "reviews.so", "reviews.plugin"]:
        with open(prefix.work / "reviews" / "build" / name, "rb") as file:
            if os.fsencode(BUILD) in file.read():
                raise AssertionError(f"{name} leads into {BUILD}")


def check_all_printed():
    """Nothing is printed that the walk leaves out."""
    blocks = list(read_blocks(PAGE))
    if [block.text for block in blocks if block.language == "sh"][:1] != [INSTALL] or HOST not in [block.text for block in blocks]:
        raise AssertionError("install and host are not printed as the test knows them")
    if any(not block.name and block.language != "sh" for block in blocks):
        raise AssertionError("a block is neither a file nor a command")


def list_services():
    return [block.text for block in read_blocks(PAGE) if block.language == "c" and not block.name.startswith("test-")]


def check_lines():
    for text, limit in zip(list_services(), LIMITS, strict=True):
        n_lines = re.sub(r"\A/\*.*?\*/\n+", "", text, flags=re.DOTALL).count("\n")
        print(f"# a service of {n_lines} lines, {limit} at most")
        if n_lines > limit:
            raise AssertionError(f"{n_lines} lines are more than {limit}")


def check_format(top):
    shutil.copy(FORMAT, top)
    for block in read_blocks(PAGE):
        if block.language == "c":
            command = ["clang-format-14", "--style=file", f"--assume-filename={top}/a.c"]
            text = subprocess.run(command, input=block.text, stdout=subprocess.PIPE, text=True, check=True).stdout
            if text != block.text:
                raise AssertionError(f"{block.name} is not formatted")


def main():
    with tempfile.TemporaryDirectory() as top:
        check("/tutorial/printed", check_all_printed)
        check("/tutorial/lines", check_lines)
        if shutil.which("clang-format-14"):
            check("/tutorial/format", check_format, top)
        check("/tutorial/walk", check_walk, top)

    print(f"1..{len(results)}")
    print("\n".join(results))


main()
