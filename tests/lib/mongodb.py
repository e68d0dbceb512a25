#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that speaks MongoDB's protocol, for tests alone: mongodb.py prints where its program is, and installs it before
where that is to be done, once for all builds."""

import subprocess

from packages import end_with, ensure, install_python

VERSION = "0.7.0b3"


def find_program():
    """Where the program is."""
    return ensure(f"secantusdb-{VERSION}", install_python, f"secantusdb=={VERSION}") / "bin" / "secantusd-py"


def main():
    try:
        print(find_program())
    except subprocess.CalledProcessError as error:
        end_with(error)


if __name__ == "__main__":
    main()
