#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the tree to its rules; prints FILE:LINE: what is wrong and what to do, and ends with 1 if anything is"""

import argparse
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.sax.saxutils import quoteattr

import docs
import faces
import layers
import sizes
import structs
import texts
import tools
from tree import Finding, Tree

FOLDER = os.path.dirname(os.path.abspath(__file__))
KNOWN = "tests/lint/known.txt"
RULES = {
    "format": tools.check_format,
    "licences": tools.check_licences,
    "spelling": tools.check_spelling,
    "python": tools.check_python,
    "sizes": sizes.check_sizes,
    "faces": faces.check_faces,
    "layers": layers.check_layers,
    "circles": layers.check_circles,
    "structs": structs.check_structs,
    "sleeps": texts.check_sleeps,
    "json": texts.check_json,
    "types": texts.check_types,
    "tests": texts.check_tests,
    "symbols": docs.check_symbols,
    "links": docs.check_links,
    "pages": docs.check_pages,
    "tidy": tools.check_tidy,
}


def read_known(tree):
    """What is not yet as a rule wants it, or may stay: (rule, what) → line."""
    if KNOWN not in tree.files:
        return {}
    lines = enumerate(re.sub(r" *#.*", "", tree.read(KNOWN)).splitlines(), 1)
    return {tuple(line.split(" ", 1)): number for number, line in lines if line}


def run_rule(tree, name, known, is_all):
    """The findings that are not known, and what is known but found no more."""
    check = RULES[name]
    findings = list(check(tree, is_all=True) if is_all and check is tools.check_tidy else check(tree))
    found = {finding.what for finding in findings}
    findings = [finding for finding in findings if (name, finding.what) not in known]
    for (rule, what), line in known.items():
        if rule == name and what not in found and (is_all or name != "tidy"):
            findings.append(Finding(KNOWN, line, f"“{rule} {what}” is not so any more: take the line out"))
    return sorted(findings)


def forget(tree, numbers):
    lines = tree.read(KNOWN).splitlines(keepends=True)
    with open(os.path.join(tree.top, KNOWN), "w", encoding="utf-8") as file:
        file.writelines(line for number, line in enumerate(lines, 1) if number not in numbers)


def write_results(path, results):
    """As meson writes those of tests."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write('<testsuites><testsuite name="lint">\n')
        for name, findings in results.items():
            failure = f"<failure message={quoteattr(f'{len(findings)} found')}/>" if findings else ""
            file.write(f'<testcase name="{name}">{failure}</testcase>\n')
        file.write("</testsuite></testsuites>\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="clang-tidy looks at all, not at what changed")
    parser.add_argument("--build", help="where it was built (TOP/build)")
    parser.add_argument("--forget", action="store_true", help=f"take out of {KNOWN} what is not so any more")
    parser.add_argument("--list", action="store_true", help=f"print what was found as {KNOWN} has it")
    parser.add_argument("--results", help="a file that gets a test case a rule")
    parser.add_argument("--top", default=os.path.dirname(os.path.dirname(FOLDER)), help="the tree")
    parser.add_argument("rules", nargs="*", metavar="RULE", help=", ".join(RULES))
    arguments = parser.parse_args()
    for name in arguments.rules:
        if name not in RULES:
            parser.error(f"there is no rule “{name}”")
    return arguments


def main():
    arguments = parse_arguments()
    tree = Tree(arguments.top, arguments.build or os.path.join(arguments.top, "build"))
    known = {} if arguments.list else read_known(tree)
    names = arguments.rules or list(RULES)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda name: run_rule(tree, name, known, arguments.all), names)
        results = dict(zip(names, found))

    if arguments.forget:
        forget(tree, {each.line for name in names for each in results[name] if each.path == KNOWN})
        results = {name: [each for each in results[name] if each.path != KNOWN] for name in names}
    if arguments.list:
        for line in sorted({f"{name} {finding.what}" for name in names for finding in results[name]}):
            print(line)
    else:
        for name in names:
            for finding in results[name]:
                print(f"{finding.path}:{finding.line}: {name}: {finding.text}")
    if arguments.results:
        write_results(arguments.results, results)
    return any(results.values())


sys.exit(main())
