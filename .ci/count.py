# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the tests, and rules, in logs as meson writes them: count.py STATUS FOLDER…"""

import glob
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


def read_cases(path):
    """What a test printed is in there as it came, so also what no XML may have."""
    with open(path, encoding="utf-8", errors="replace") as log:
        text = re.sub(r"[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "", log.read())
    return ElementTree.fromstring(text.encode()).iter("testcase")


def count_cases(path):
    passed = failed = skipped = 0
    for case in read_cases(path):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_programs(path):
    """The programs that did not end well, also after all their cases passed."""
    with open(path, encoding="utf-8") as log:
        return sum(json.loads(line)["result"] in BAD for line in log if line.strip())


def main(status, folders):
    passed = failed = skipped = 0
    for folder in folders:
        cases_failed = 0
        for path in glob.glob(f"{folder}/testlog*.junit.xml"):
            cases = count_cases(path)
            passed += cases[0]
            cases_failed += cases[1]
            skipped += cases[2]
        programs_failed = sum(map(count_programs, glob.glob(f"{folder}/testlog*.json")))
        failed += max(cases_failed, programs_failed)

    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if status == 0 and failed == 0 and passed > 0 else 1


sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
