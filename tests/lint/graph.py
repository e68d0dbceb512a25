# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which file needs which: by what it includes, and by what its object calls"""

import collections
import os
import re
import subprocess
from typing import NamedTuple

INCLUDE = r'^#include "([^"]+)"'


class Arrow(NamedTuple):
    """@path, at a line, needs something of @target."""

    path: str
    line: int
    target: str
    how: str


def get_noun(path):
    """The name of a file without what tells its parts apart: a source and its headers are one."""
    return re.sub(r"(-private)?\.[ch]$", "", path)


def choose_header(path, candidates):
    """The one in the folder of who includes it, else the one of host/, else the only one."""
    folder = os.path.dirname(path)
    beside = [each for each in candidates if os.path.dirname(each) == folder]
    of_host = [each for each in candidates if each.startswith("host/")]
    is_host = path.startswith("host/")
    return next(iter(beside or of_host or ([] if is_host else candidates)), None)


def list_includes(tree, under):
    by_name = collections.defaultdict(list)
    for path in tree.list(".h", under=("host/", "plugins/")):
        by_name[os.path.basename(path)].append(path)
    for path in tree.list(".c", ".h", under=under):
        for line, match in tree.find_lines(path, INCLUDE):
            target = choose_header(path, by_name[os.path.basename(match[1])])
            if target:
                yield Arrow(path, line, target, f"includes {match[1]}")


def list_symbols(tree, under):
    """Of each source the symbols that its object has and those that it needs."""
    objects = {path: name for path, name in tree.list_compiled().items() if path.startswith(under)}
    paths = {name: path for path, name in objects.items()}
    has, needs = {}, collections.defaultdict(set)
    if not objects:
        return has, needs
    command = ["nm", "--print-file-name", "--format=posix", *objects.values()]
    for line in subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        name, _, about = line.partition(": ")
        symbol, kind = about.split()[:2]
        if kind == "U":
            needs[paths[name]].add(symbol)
        elif kind.isupper():
            has[symbol] = paths[name]
    return has, needs


def list_calls(tree, under):
    has, needs = list_symbols(tree, under)
    for path, symbols in sorted(needs.items()):
        for symbol in sorted(symbols):
            if symbol in has:
                line = next(tree.find_lines(path, rf"\b{symbol}\b"), (1, None))[0]
                yield Arrow(path, line, has[symbol], f"calls {symbol}")


def list_arrows(tree, under=("host/", "plugins/")):
    return [*list_includes(tree, under), *list_calls(tree, under)]


def find_circles(arrows):
    """The sets of names of which each leads to all others: Tarjan's components, but for single ones.

    @arrows: name → names
    """
    number, low, stack, circles = {}, {}, [], []

    def visit(name):
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(arrows.get(name, ())):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            at = stack.index(name)
            circles.append(stack[at:])
            del stack[at:]

    for name in sorted(arrows):
        if name not in number:
            visit(name)
    return [circle for circle in circles if len(circle) > 1]
