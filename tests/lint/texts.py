# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What no line may say: sleeps, JSON that is put together by hand, names that are taken"""

import collections
import json
import os
import re

from tree import Finding

SLEEP = r"\b(g_usleep|usleep|nanosleep|sleep) \(|\btime\.sleep\("
# a literal of C with a member's name in it, or the begin of one
MEMBER = r'"(?:[^"\\]|\\.)*?(?:\\":|[{\[,]\\")'
TYPE = r"\bG_DEFINE_(?!AUTO)\w*(?:TYPE|INTERFACE)\w*\s*\(\s*(\w+)|\bregister_static\w*\s*\([^;]*?\"(\w+)\""


def check_sleeps(tree):
    for path in tree.list(".c", ".h", ".py", under=("tests/",)):
        # what measures waits as it likes
        if path.startswith(("tests/bench/", "tests/lint/")):
            continue
        for line, match in tree.find_lines(path, SLEEP):
            text = f"{match[0]}…) is luck on a busy machine: say what the test waits for, by usher_test_until()"
            yield Finding(path, line, text, f"{path}:{tree.find_function(path, line)}")


def check_json(tree):
    for path in tree.list(".c", ".h", under=("host/", "plugins/")):
        for line, _ in tree.find_lines(path, MEMBER):
            yield Finding(path, line, "puts JSON together by hand: use UsherJsonWriter, or a builder", path)


def check_types(tree):
    """All modules may be loaded into one process, so a name stands once; each test has its own fakes."""
    places = collections.defaultdict(list)
    for path in tree.list(".c", under=("host/", "plugins/", "tests/")):
        text = tree.read(path)
        for match in re.finditer(TYPE, text):
            places[match[1] or match[2]].append((path, text.count("\n", 0, match.start()) + 1))
    for name, found in places.items():
        others = [place for place in found if not place[0].startswith("tests/")]
        if len(found) < 2 or not others:
            continue
        for path, line in found:
            if (path, line) != others[0]:
                text = f"the type {name} is in {others[0][0]} too: give it a name of its own"
                yield Finding(path, line, text, name)


def check_tests(tree):
    with open(os.path.join(tree.build, "meson-info", "intro-tests.json"), encoding="utf-8") as file:
        names = collections.Counter(test["name"] for test in json.load(file))
    for name, n_times in names.items():
        if n_times < 2:
            continue
        pattern = rf"'{re.escape(name)}'"
        places = [(path, line) for path in tree.list("meson.build") for line, _ in tree.find_lines(path, pattern)]
        for path, line in places or [("tests/meson.build", 1)]:
            yield Finding(path, line, f"{n_times} tests are named “{name}”: one name means one test", name)
