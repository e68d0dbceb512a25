#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""installed-test: what is installed, and was moved since, is found by Python: package, typelib, library, plugins: installed-test.py LIB BUILD"""
import sys
import tempfile
import unittest

LIB, BUILD = sys.argv[1:]
sys.path.insert(0, LIB)

from prefix import Prefix  # noqa: E402

SCRIPT = "print(host.request('GET', '/api/tickets').json, usher.__file__, usher.Usher)"


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = Prefix(folder.name, BUILD)

    def check(self, script):
        status, output = self.prefix.run(script, 60)
        self.assertEqual((status, output[:2]), (0, "[]"), output)
        self.assertEqual(output.count(str(self.prefix.path)), 2, output)

    def test_shell(self):
        self.check(f'echo "{SCRIPT}" | ~/usher/bin/usher shell tickets')

    def test_package(self):
        script = f"import usher\nwith usher.Host('tickets') as host: {SCRIPT}"
        self.check(f'PYTHONPATH=$(echo ~/usher/lib/python3*/*-packages) /usr/bin/python3 -c "{script}"')


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
