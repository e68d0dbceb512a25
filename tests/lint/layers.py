# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may know whom: folders, and the files of a folder"""

import collections
import os

from graph import find_circles, list_arrows, list_includes
from tree import Finding

# each folder of host/ and those that it stands on, which stand on others in their turn
BELOW = {
    "core": [],
    "store": ["core"],
    "bus": ["core"],
    "http": ["core"],
    "engine": ["store", "bus", "http"],
    "plugin": ["engine"],
    "test": ["plugin"],
    "admin": ["plugin"],
    "daemon": ["admin"],
}
MAX_CIRCLE = 2


def list_below(folder):
    for each in BELOW.get(folder, []):
        yield each
        yield from list_below(each)


def get_folder(path):
    return path.split("/")[1]


def check_layers(tree):
    for arrow in list_arrows(tree, ("host/",)):
        folder, target = get_folder(arrow.path), get_folder(arrow.target)
        if folder != target and target not in list_below(folder):
            text = f"{arrow.how}, of {target}/, on which {folder}/ does not stand: take a function at construction"
            yield Finding(arrow.path, arrow.line, text, f"{arrow.path} {arrow.target}")

    for arrow in list_includes(tree, ("plugins/", "tests/contract/", "host/test/")):
        is_own = not arrow.path.startswith("tests/") and get_folder(arrow.path) == get_folder(arrow.target)
        is_public = "/contract/" in arrow.target or arrow.target.startswith("host/")
        if not is_own and (not is_public or arrow.target.endswith("-private.h")):
            text = f"{arrow.how}, which is private: only public headers and contract/ are for all"
            yield Finding(arrow.path, arrow.line, text, f"{arrow.path} {arrow.target}")


def check_circles(tree):
    """Two files may be the halves of one type; three that need each other are a knot."""
    arrows = collections.defaultdict(dict)
    for arrow in list_arrows(tree):
        if arrow.path != arrow.target and os.path.dirname(arrow.path) == os.path.dirname(arrow.target):
            arrows[arrow.path].setdefault(arrow.target, arrow)
    for circle in find_circles(arrows):
        if len(circle) <= MAX_CIRCLE:
            continue
        for path in sorted(circle):
            for target in sorted(arrows[path].keys() & set(circle)):
                arrow = arrows[path][target]
                name = os.path.basename(target)
                text = f"{arrow.how}, and {name} leads back, in a circle of {len(circle)}: cut an arrow"
                yield Finding(arrow.path, arrow.line, text, path)
