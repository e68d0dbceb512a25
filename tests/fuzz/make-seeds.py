#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The inputs that fuzzing begins with: seeds that are kept by hand, for each folder of these one beside OUTPUT, in corpus/, and
for http also the requests of tests/data/http. OUTPUT is an empty file: what ninja knows must not be a folder, which it cannot
clean.

make-seeds.py OUTPUT DEPFILE REQUESTS SEEDS
"""

import glob
import os
import re
import shutil
import sys

HOST = "shop.example"
COOKIE = "session=e30.e30.e30"
TEMPLATES = {
    "@get": f"GET /api/users/currentuser HTTP/1.1\\r\\nHost: {HOST}\\r\\n",
    "@post": f"POST /api/users/signout HTTP/1.1\\r\\nHost: {HOST}\\r\\nContent-Type: application/json\\r\\n",
    "@ticket": f"POST /api/tickets HTTP/1.1\\r\\nHost: {HOST}\\r\\nContent-Type: application/json\\r\\n"
    f"Cookie: {COOKIE}\\r\\n",
    "@smuggled": f"GET /api/users/currentuser HTTP/1.1\\r\\nHost: {HOST}\\r\\nX-Request-Id: smuggled\\r\\n\\r\\n",
}
# longer repetitions are for limits, which have tests of their own
MAX_REPEATED = 2048


def unescape(text):
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def expand(text):
    out, rest = b"", text.replace("{{cookie}}", COOKIE)
    for before, inner in re.findall(r"(.*?)\{\{(.*?)\}\}", rest):
        repeated, _, count = inner.rpartition("*")
        piece = unescape(repeated)
        out += unescape(before) + piece * min(int(count), MAX_REPEATED // max(1, len(piece)))
    return out + unescape(rest.rpartition("}}")[2])


def read(path):
    """The name and the bytes of each case of a file."""
    name, data = None, b""
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("["):
            if name:
                yield name, data
            name, data = line[1:].partition("]")[0], b""
        elif line in TEMPLATES:
            data += expand(TEMPLATES[line])
        elif line[:1] == ">":
            data += expand(line[2:]) + b"\r\n"
        elif line[:1] == "+":
            data += expand(line[2:])
    if name:
        yield name, data


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def main():
    output, depfile, corpus, seeds = sys.argv[1:]
    out = os.path.join(os.path.dirname(output), "corpus")
    requests = sorted(glob.glob(os.path.join(corpus, "*.txt")))
    # the escapes of C, so that they can be read
    folders = sorted(glob.glob(os.path.join(seeds, "*")))
    by_hand = sorted(glob.glob(os.path.join(seeds, "*", "*.txt")))

    # once it was a folder
    shutil.rmtree(output, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    for folder in folders:
        os.makedirs(os.path.join(out, os.path.basename(folder)))
    for path in requests:
        area = os.path.splitext(os.path.basename(path))[0]
        for name, data in read(path):
            write(os.path.join(out, "http", f"{area}-{name}"), data)
    for path in by_hand:
        folder, file = path.split(os.sep)[-2:]
        name = os.path.splitext(file)[0]
        text = "".join(line for line in open(path, encoding="ascii").read().splitlines() if line[:1] != "#")
        write(os.path.join(out, folder, f"by-hand-{name}"), unescape(text))
    write(depfile, f"{output}: {' '.join([corpus, seeds, *folders, *requests, *by_hand])}\n".encode())
    write(output, b"")


main()
