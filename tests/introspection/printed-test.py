#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""printed-test: what docs/scripting.md prints runs as it is printed, and the purchase is short: printed-test.py LIB PAGE"""
import subprocess
import sys
import tempfile
import unittest

LIB, PAGE = sys.argv[1:]
sys.path.insert(0, LIB)

from printed import read_blocks  # noqa: E402

SCRIPTS = [block.text for block in read_blocks(PAGE) if block.language == "python"]


def run(script):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class Printed(unittest.TestCase):
    def test_the_purchase_is_whole_and_short(self):
        purchase = SCRIPTS[0]
        self.assertLess(len(purchase.splitlines()), 40)
        for part in ("turn(minutes=15)", '"cancelled"', '"complete"'):
            self.assertIn(part, purchase)
        status, output, error = run(purchase)
        self.assertEqual((status, output[:9]), (0, "13 events"), error)

    def test_all_others_run(self):
        self.assertEqual(len(SCRIPTS), 3)
        for script in SCRIPTS[1:]:
            with self.subTest(script=script):
                status, output, error = run(script)
                self.assertEqual((status, output != ""), (0, True), error)

    def test_a_claim_that_is_wrong_is_found(self):
        status, _, error = run(SCRIPTS[0].replace("turn(minutes=15)", "turn(minutes=14)", 1))
        self.assertEqual((status, "AssertionError" in error), (1, True), error)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
