#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""vala-test: what Vala gets is made without a warning, and a service in it works: vala-test.py GIR METADATA SOURCE"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GIR, METADATA, SOURCE = sys.argv[1:]


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


class Vala(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.made = run("vapigen", "--library", "usher-1", "--directory", folder.name, "--metadatadir", METADATA, "--pkg", "gio-2.0", GIR)

    def test_nothing_is_warned_of(self):
        self.assertEqual((self.made.returncode, self.made.stderr), (0, ""))

    def test_a_service_works(self):
        program = self.folder / "greeter"
        words = ["--fatal-warnings", "--vapidir", self.folder, "--pkg", "usher-1", "--pkg", "gio-2.0", "-o", program]
        # what valac itself writes into the C is its own
        compiled = run("valac", "-X", "-w", *words, SOURCE, cwd=self.folder)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)
        done = run(program, self.folder / "data")
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = done.stdout.splitlines()
        self.assertRegex(answers[0], r'^200 \{"id":"[0-9a-f]{24}","version":0,"name":"Ann"\}$')
        self.assertEqual(answers[1:], ['403 {"errors":[{"message":"nobody is greeted"}]}', '400 {"errors":[{"message":"name must be said","field":"name"}]}'])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
