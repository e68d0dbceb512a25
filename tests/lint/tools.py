# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others' tools find: format, spelling, licences, names and types of Python, and bugs as clang-tidy knows them"""

import collections
import functools
import glob
import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

from tree import Finding

# gcc knows warnings that clang does not; a function whose paths are more than so many nodes is looked at no further: with
# the ten times as many that are usual the worst files take three times as long, and nothing more is found
TIDY = ["clang-tidy-14", "--quiet", "--extra-arg=-Wno-unknown-warning-option"]
TIDY += [f"--extra-arg={each}" for each in ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=20000"]]
WORDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.txt")


def check_format(tree):
    paths = tree.list(".c", ".h")
    _, output = tree.run("clang-format-14", "--dry-run", *paths, status=True)
    seen = {}
    for path, line in re.findall(r"^(\S+):(\d+):\d+: warning: code should be clang-formatted", output, re.MULTILINE):
        seen.setdefault(path, int(line))
    for path, line in seen.items():
        yield Finding(path, line, "is not formatted: clang-format-14 -i " + path, path)


def check_licences(tree):
    if not os.path.exists(os.path.join(tree.top, "LICENSES")):
        return
    status, output = tree.run("reuse", "lint", status=True)
    if status == 0:
        return
    # with the whole path where there is no repository
    named = {os.path.relpath(os.path.join(tree.top, path), tree.top) for path in re.findall(r"^\* (\S+)$", output, re.MULTILINE)}
    paths = sorted(named.intersection(tree.files))
    for path in paths:
        yield Finding(path, 1, "has no SPDX head with copyright and licence: take that of the file beside it", path)
    if not paths:
        yield Finding("LICENSES", 1, "does not fit what the files say: see “reuse lint”")


def check_spelling(tree):
    _, output = tree.run("codespell", "--ignore-words", WORDS, *tree.files, status=True)
    for path, line, text in re.findall(r"^(.*?):(\d+): (.* ==> .*)$", output, re.MULTILINE):
        yield Finding(path, int(line), f"{text}: mend it, or add the word to tests/lint/words.txt", path)


def check_python(tree):
    """Names that are not used or not there, everywhere; types in the package, which promises them."""
    paths = tree.list(".py")
    _, output = tree.run("pyflakes3", *paths, status=True)
    package = "introspection/python"
    if tree.list(".py", under=(package,)):
        types = ["mypy", "--strict", "--python-executable", "/usr/bin/python3", "--ignore-missing-imports", "--no-error-summary"]
        output += tree.run(*types, "--cache-dir", os.path.join(tree.build, "lint", "mypy"), package, status=True)[1]
    for path, line, text in re.findall(r"^(\S+?):(\d+):(?:\d+:?)? (?:error: )?(.*)$", output, re.MULTILINE):
        if not text.startswith("note: "):
            yield Finding(path, int(line), f"{text}: mend it", path)


def list_for_tidy(tree):
    """What was compiled of what changed; for a header that changed one source that includes it."""
    compiled = tree.list_compiled()
    changed = tree.list_changed()
    paths = {path for path in changed if path in compiled}
    for header in changed:
        if not header.endswith(".h"):
            continue
        include = f'#include "{os.path.basename(header)}"'
        users = [path for path in tree.list(".c") if path in compiled and include in tree.read(path)]
        if users and not paths.intersection(users):
            paths.add(users[0])
    return sorted(paths)


def list_names(text):
    return re.findall(r'^#include ["<](?:.*/)?([^">/]+)[">]', text, re.MULTILINE)


def find_headers(tree):
    """A function that gives the headers of the tree that a file includes, by their names alone."""
    headers = collections.defaultdict(list)
    for header in tree.list(".h"):
        headers[os.path.basename(header)].append(header)
    # those that include all for others are made
    for path in glob.glob(os.path.join(tree.build, "host", "*.h")):
        with open(path, encoding="utf-8") as file:
            headers[os.path.basename(path)] = [each for name in list_names(file.read()) for each in headers[name]]

    @functools.cache
    def included(path):
        return [header for name in list_names(tree.read(path)) for header in headers[name]]

    return included


def make_digest(tree, path, included):
    """Of all that clang-tidy looks at: the source, the headers of the tree that it comes to, and the checks."""
    seen, rest = set(), [path, *tree.list(".clang-tidy")]
    while rest:
        at = rest.pop()
        if at not in seen:
            seen.add(at)
            rest += included(at)
    return hashlib.sha256("\0".join([*TIDY, *(tree.read(at) for at in sorted(seen))]).encode()).hexdigest()


class Clean:
    """What clang-tidy had nothing to say of, so that it is not asked again."""

    def __init__(self, tree):
        self.path = os.path.join(tree.build, "lint", "clean.json")
        self.digests = {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                self.digests = json.load(file)

    def add(self, path, digest):
        """Kept at once: who breaks off goes on there the next time."""
        self.digests[path] = digest
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.digests, file)
        os.replace(self.path + ".new", self.path)


def is_freed_unseen(tree, path, line, text):
    """Whether it is of a variable that its scope frees at its end, which clang-tidy takes for no use."""
    variable = re.match(r"Value stored to '(\w+)'", text)
    function = next((each for each in tree.list_functions(path) if each.first <= line <= each.last), None)
    if variable is None or function is None:
        return False
    scope = "\n".join(tree.read(path).splitlines()[function.first - 1 : function.last])
    return re.search(rf"\bg_auto\w* [^;=]*\b{variable[1]}\b", scope) is not None


def run_tidy(tree, path):
    _, output = tree.run(*TIDY, "-p", tree.build, os.path.join(tree.top, path), status=True)
    pattern = r"^(\S+?):(\d+):\d+: (?:error|warning): (.*) \[(\S+?)[,\]]"
    for found, line, text, check in re.findall(pattern, output, re.MULTILINE):
        found = os.path.relpath(os.path.join(tree.build, found), tree.top)
        # headers of the system are others' matter
        if found in tree.files and not is_freed_unseen(tree, found, int(line), text):
            text = f"{text} ({check}): mend it, or say NOLINT and why"
            yield Finding(found, int(line), text, f"{found} {check}")


def check_tidy(tree, is_all=False):
    compiled = tree.list_compiled()
    clean = Clean(tree)
    paths = [path for path in tree.list(".c") if path in compiled] if is_all else list_for_tidy(tree)
    included = find_headers(tree)
    digests = {path: make_digest(tree, path, included) for path in paths}
    paths = [path for path in paths if clean.digests.get(path) != digests[path]]
    findings = set()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, found in zip(paths, pool.map(lambda path: list(run_tidy(tree, path)), paths)):
            findings.update(found)
            if not found:
                clean.add(path, digests[path])
    return sorted(findings)
