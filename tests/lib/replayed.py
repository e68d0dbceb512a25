#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a test, and holds what its clients asked and were answered, and all events, against the description of the services:
replayed.py PROGRAM"""

import os
import subprocess
import sys
import tempfile

from describing import describe, go_on_there

go_on_there()

from described import AsyncApi, OpenApi, find_problems  # noqa: E402


def run(program, traffic):
    """Passes its report on, with a plan of one more. The status, and how many tests it had."""
    child = subprocess.Popen([program], stdout=subprocess.PIPE, text=True, env={**os.environ, "USHER_TEST_TRAFFIC": traffic})
    n_tests = 0
    for line in child.stdout:
        if line.startswith("1.."):
            n_tests = int(line.removeprefix("1.."))
            line = f"1..{n_tests + 1}\n"
        print(line, end="", flush=True)
    return child.wait(), n_tests


def main():
    openapi = OpenApi(describe("--openapi"))
    asyncapi = AsyncApi(describe("--asyncapi"))
    with tempfile.TemporaryDirectory() as folder:
        traffic = f"{folder}/traffic"
        status, n_tests = run(sys.argv[1], traffic)
        with open(traffic, encoding="utf-8") as file:
            problems = find_problems(openapi, asyncapi, file)

    for problem in problems:
        for line in problem.splitlines():
            print(f"# {line}")
    print(f"# seen: {len(openapi.seen)} answers of routes, {len(asyncapi.seen)} channels")
    is_fine = not problems and openapi.seen
    print("ok" if is_fine else "not ok", n_tests + 1, "/replayed/described")
    return status or (0 if is_fine else 1)


if __name__ == "__main__":
    sys.exit(main())
