#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""shell-test: “usher shell” opens Python's prompt with a host at hand: shell-test.py PROGRAM"""
import os
import pty
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))


def run(*words, script="", **options):
    done = subprocess.run([PROGRAM, "shell", *words], input=script, capture_output=True, text=True, timeout=60, **options)
    return done.returncode, done.stdout, done.stderr


class Shell(unittest.TestCase):
    def test_a_script_is_run(self):
        script = "print(host.request('GET', '/api/tickets').json, host.state('tickets')[0])"
        self.assertEqual(run("tickets", script=script)[:2], (0, "[] ready\n"))
        status, _, error = run("tickets", script="raise usher.Conflict('mine')")
        self.assertEqual((status, "Conflict: mine" in error), (1, True), error)
        self.assertEqual(run(script="import sys; sys.exit(5)")[0], 5)

    def test_options_reach_the_host(self):
        with tempfile.TemporaryDirectory() as folder:
            script = "print(host.now > host.now)"
            self.assertEqual(run("tickets", "--data", f"{folder}/data", "--real-time", "-s", "tickets.threads=2", script=script)[0], 0)
            self.assertTrue(os.path.exists(f"{folder}/data/tickets.db"))

    def test_what_is_wrong_is_said_in_a_line(self):
        wrong = [
            (("no-such",), 1, "no-such"),
            (("tickets", "-s", "tickets.no-such=1"), 1, "no-such"),
            (("--admin", "unix:/no/such"), 0, ""),
            (("--admin", "127.0.0.1:1", "tickets"), 1, "--admin"),
            (("--no-such",), 2, "--no-such"),
        ]
        for words, status, text in wrong:
            with self.subTest(words=words):
                got, _, error = run(*words)
                self.assertEqual((got, text in error, "Traceback" in error), (status, True, False), error)

    def test_without_what_it_needs_it_says_what_to_install(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "gi.py").write_text("raise ImportError('no gi')")
            status, _, error = run(env=os.environ | {"PYTHONPATH": folder + ":" + os.environ["PYTHONPATH"]})
            self.assertEqual((status, "python3-gi" in error, "Traceback" in error), (1, True, False), error)

    def test_what_lies_about_is_not_the_shell(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("usher.py", "code.py", "gi.py"):
                Path(folder, name).write_text("raise SystemExit(9)")
            Path(folder, "mine.py").write_text("word = 'mine'")
            self.assertEqual(run(script="import mine; print(mine.word)", cwd=folder)[:2], (0, "mine\n"))

    def test_a_terminal_gets_a_prompt(self):
        top, bottom = pty.openpty()
        with subprocess.Popen([PROGRAM, "shell", "tickets"], stdin=bottom, stdout=bottom, stderr=bottom, env=os.environ | {"TERM": "dumb"}) as child:
            os.close(bottom)
            os.write(top, b"host.request('GET', '/api/tickets').status + 1\nexit()\n")
            shown = b""
            try:
                while piece := os.read(top, 4096):
                    shown += piece
            except OSError:
                pass
            self.assertEqual(child.wait(60), 0)
        os.close(top)
        self.assertIn(b"201", shown)
        self.assertIn("“host” has tickets.", shown.decode())


if __name__ == "__main__":
    unittest.main()
