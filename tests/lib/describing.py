#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What reads and uses descriptions of services, for tests alone: pinned, and installed where it is not yet."""

import os
import subprocess
import sys

from packages import end_with, ensure, install_node, install_python

PYTHON = ["jsonschema==4.26.0", "openapi-python-client==0.29.1", "openapi-spec-validator==0.9.0"]
NODE = ["@asyncapi/parser@3.4.0"]

# the process that has got there
VARIABLE = "USHER_TEST_DESCRIBING"


def find_python():
    """A Python with all of PYTHON."""
    return ensure("describing-python-1", install_python, *PYTHON) / "bin" / "python"


def find_node():
    """A folder with all of NODE."""
    return ensure("describing-node-1", install_node, *NODE)


def go_on_there():
    """Lets the script go on in that Python; it may be in it already."""
    if os.environ.pop(VARIABLE, None) == str(os.getpid()):
        return
    try:
        python = find_python()
    except subprocess.CalledProcessError as error:
        end_with(error)
    os.environ[VARIABLE] = str(os.getpid())
    os.execv(python, [python, *sys.argv])


def describe(what, *more):
    """What “usher describe” prints of the plugins of the build."""
    command = [os.environ["USHER_TEST_PROGRAM"], "describe", what, "--plugins", os.environ["USHER_TEST_PLUGIN_DIR"]]
    return subprocess.run([*command, "--plugins-only", *more], check=True, capture_output=True, text=True).stdout
