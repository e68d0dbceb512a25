#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""conformance: the tests of a service in C, in a process that has Python for the same service: conformance.py MODULE [ARGUMENT…]"""
import ctypes
import os
import sys

import gi
import usher

gi.require_version("UsherTest", "1")
from gi.repository import UsherTest  # noqa: E402
from usher.files import Loader  # noqa: E402

assert usher.Service
UsherTest.set_loader(Loader())
words = [os.fsencode(word) for word in sys.argv[1:]]
program = ctypes.CDLL(sys.argv[1])
status = program.usher_test_main(len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None))
sys.stdout.flush()
ctypes.CDLL(None).fflush(None)
os._exit(status)
