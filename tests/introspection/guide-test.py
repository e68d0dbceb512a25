#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guide-test: what docs/python-service.md prints works, and is short: guide-test.py LIB PAGE PROGRAM"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LIB, PAGE, PROGRAM = [str(Path(word).absolute()) for word in sys.argv[1:4]]
sys.path[:0] = [LIB, f"{LIB}/../system"]

from patience import PATIENCE, await_true  # noqa: E402
from printed import SHOP, read_blocks  # noqa: E402

# of a service with a document, routes and an event
MAX_LINES = 25
RUN = "usher run guest_book.py --watch"
BLOCKS = list(read_blocks(PAGE))


def run(folder, words, **options):
    environment = os.environ | {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True, **options).stdout


class Guide(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="usher-")))
        for block in BLOCKS:
            if block.name:
                (self.folder / block.name).write_text(block.text)

    def start(self, *words):
        log = self.folder / "log"
        with log.open("w") as out:
            process = subprocess.Popen([PROGRAM, *words, "--data", "data", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"], cwd=self.folder,
                                       stdout=out, stderr=out)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.terminate)
        await_true(lambda: "listening on" in log.read_text() or process.poll() is not None, "it listens")
        self.assertIn("listening on", log.read_text())
        return re.search("listening on (.*)", log.read_text())[1]

    def ask(self, url):
        commands = [block.text for block in BLOCKS if "curl" in block.text]
        self.assertEqual(len(commands), 1)
        return [json.loads(line) for line in run(self.folder, ["sh", "-e", "-c", commands[0].replace(SHOP, url)]).splitlines()]

    def test_it_is_short(self):
        text = (self.folder / "guest_book.py").read_text()
        print(f"# a service of {text.count(chr(10))} lines", flush=True)
        self.assertLessEqual(text.count("\n"), MAX_LINES)
        self.assertLessEqual(max(map(len, text.splitlines())), 150)

    def test_it_runs(self):
        self.assertIn(RUN + "\n", [block.text for block in BLOCKS])
        entry, entries = self.ask(self.start(*RUN.split()[1:]))
        self.assertEqual((entry["text"], entries), ("Hello", [entry]))

    def test_it_is_a_plugin(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        (self.folder / "guest_book.py").rename(plugins / "guest-book.py")
        (plugins / "guest-book.plugin").write_text(next(block.text for block in BLOCKS if block.language == "ini"))
        entry, entries = self.ask(self.start("up", "guest-book", "--plugins", "plugins"))
        self.assertEqual(entries, [entry])

    def test_its_test_passes(self):
        commands = [block.text for block in BLOCKS if "test_guest_book" in block.text and block.language == "sh"]
        run(self.folder, ["sh", "-e", "-c", commands[0]])

    def test_nothing_else_is_printed(self):
        self.assertEqual(sorted(block.language for block in BLOCKS), ["ini", "python", "python", "sh", "sh", "sh"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
