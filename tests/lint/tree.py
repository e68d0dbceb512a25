# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tree that is looked at, and what is found in it"""

import ast
import json
import os
import re
import subprocess
from typing import Iterator, NamedTuple


class Finding(NamedTuple):
    """Something at a line of a file; `what` is its name in the list of what is known."""

    path: str
    line: int
    text: str
    what: str = ""


class Function(NamedTuple):
    name: str
    first: int
    last: int


class Tree:
    """The files of a folder, and what was built of it. Paths are relative to the folder."""

    def __init__(self, top, build):
        self.top = os.path.abspath(top)
        self.build = os.path.abspath(build)
        self.files = sorted(self._list_files())
        self._texts = {}

    def _list_files(self):
        if os.path.exists(os.path.join(self.top, ".git")):
            names = self.run("git", "ls-files", "-z", "-co", "--exclude-standard").split("\0")
            return [name for name in names if os.path.isfile(os.path.join(self.top, name))]
        return [
            os.path.relpath(os.path.join(folder, name), self.top)
            for folder, _, names in os.walk(self.top)
            for name in names
            if not os.path.abspath(folder).startswith(self.build)
        ]

    def run(self, *command, status=False):
        """What a command prints, in the tree; with its status if that is wanted, else it must be 0."""
        result = subprocess.run(command, cwd=self.top, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if status:
            return result.returncode, result.stdout
        result.check_returncode()
        return result.stdout

    def read(self, path):
        if path not in self._texts:
            with open(os.path.join(self.top, path), encoding="utf-8") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def list(self, *endings, under=("",)):
        """The files below some folders whose names end so."""
        return [path for path in self.files if path.endswith(endings) and path.startswith(tuple(under))]

    def list_changed(self):
        """What differs from where main was left; on main from the commit before."""
        base = "HEAD^"
        for name in ("origin/main", "main"):
            status, commit = self.run("git", "merge-base", "HEAD", name, status=True)
            if status == 0 and commit != self.run("git", "rev-parse", "HEAD"):
                base = commit.strip()
                break
        status, names = self.run("git", "diff", "--name-only", base, status=True)
        if status != 0:
            return self.files
        names += self.run("git", "ls-files", "-o", "--exclude-standard")
        return [path for path in self.files if path in names.splitlines()]

    def list_compiled(self):
        """The object of each source that was compiled; of several the target's that is beside it."""
        objects = {}
        with open(os.path.join(self.build, "compile_commands.json"), encoding="utf-8") as file:
            commands = json.load(file)
        for command in commands:
            path = os.path.relpath(os.path.join(command["directory"], command["file"]), self.top)
            if path not in self.files:
                continue
            output = os.path.join(command["directory"], command["output"])
            if path not in objects or os.path.relpath(output, self.build).startswith(os.path.dirname(path)):
                objects[path] = output
        return objects

    def list_functions(self, path) -> Iterator[Function]:
        if path.endswith(".py"):
            return list_python_functions(self.read(path))
        if path.endswith((".c", ".h")):
            return list_c_functions(self.read(path))
        return list_shell_functions(self.read(path))

    def find_function(self, path, line):
        """The name of the function that has a line, or "-"."""
        return next((each.name for each in self.list_functions(path) if each.first <= line <= each.last), "-")

    def find_lines(self, path, pattern):
        """The number and match of each line that has the pattern."""
        for number, text in enumerate(self.read(path).splitlines(), 1):
            match = re.search(pattern, text)
            if match:
                yield number, match


def list_python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield Function(node.name, node.lineno, node.end_lineno)


def list_shell_functions(text):
    name, first = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"(\w+) ?\(\) \{$", line):
            name, first = match[1], number
        elif line == "}" and name:
            yield Function(name, first, number)
            name = None


def list_c_functions(text):
    """By how the formatter leaves them: the brackets of a body are alone, at the begin of a line."""
    lines = text.splitlines()
    name, first = None, 0
    for number, line in enumerate(lines, 1):
        if line == "{":
            first = number
            while first > 1 and re.match(r"\w| +[^ *]", lines[first - 2]):
                first -= 1
            match = re.search(r"^(?:[\w ]*[ *])?(\w+) \(", "\n".join(lines[first - 1 : number]), re.MULTILINE)
            name = match and match[1]
        elif line == "}" and name:
            yield Function(name, first, number)
        if line.startswith("}"):
            name = None
