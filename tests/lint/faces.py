# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What of host/ is public: a header is in <usher.h>, <usher-host.h> or <usher-test.h>, or it is private and nobody gets it"""

import os
import re

from graph import list_includes
from tree import Finding

UMBRELLAS = {
    "usher_plugin_headers": "<usher.h>",
    "usher_host_headers": "<usher-host.h>",
    "usher_test_headers": "<usher-test.h>",
}
# what is installed, by the folder that does it
LISTS = {
    "host/meson.build": "usher_headers",
    "host/test/meson.build": "usher_test_headers",
    "plugins/meson.build": "contract_headers",
}
LIST = r"^(%s) \+?= files\((.*?)^\)" % "|".join(UMBRELLAS)


def list_faces(text):
    """Header → the umbrellas that have it, of one meson.build."""
    faces = {}
    for name, body in re.findall(LIST, text, re.MULTILINE | re.DOTALL):
        for header in re.findall(r"'(.*?)'", body):
            faces.setdefault(header, []).append(UMBRELLAS[name])
    return faces


def check_header(path, faces):
    name = os.path.basename(path)
    umbrellas = faces.get(name, [])
    if name.endswith("-private.h") and umbrellas:
        yield Finding(path, 1, f"is private, and in {umbrellas[0]}: take it out of meson.build, or rename it", path)
    elif not name.endswith("-private.h") and len(umbrellas) != 1:
        text = f"is in {' and '.join(umbrellas) or 'neither umbrella'}: list it once in meson.build, or name it -private.h"
        yield Finding(path, 1, text, path)


def check_faces(tree):
    for meson in tree.list("/meson.build", under=("host/",)):
        faces = list_faces(tree.read(meson))
        headers = tree.list(".h", under=(os.path.dirname(meson) + "/",)) if faces else []
        for path in headers:
            yield from check_header(path, faces)

    for meson in tree.list("meson.build"):
        for line, _ in tree.find_lines(meson, r"install_headers\((?!%s\b)" % LISTS.get(meson, "usher_headers")):
            yield Finding(meson, line, "installs headers that are in no umbrella: use the lists of host/", meson)

    for arrow in list_includes(tree, ("plugins/",)):
        if arrow.target.startswith("host/"):
            yield Finding(arrow.path, arrow.line, f"{arrow.how}: a plugin includes <usher.h>", arrow.path)
