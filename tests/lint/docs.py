# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is written for those who use the library: each symbol in one place, and pages that lead somewhere"""

import collections
import os
import re
import sys
import xml.etree.ElementTree as xml

from tree import Finding

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs"))
import pages

CORE = "{http://www.gtk.org/introspection/core/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
BLOCK = r"^/\*\*\n \* (\w+(?::[\w-]+)?):?(?: .*)?$"
MACRO = r"^#define (USHER_(?!(?:TEST_)?TYPE_)\w+)\b"


def check_docgen(tree, namespace, config):
    """What “gi-docgen check” finds."""
    folder = os.path.join(tree.build, "introspection")
    command = ["gi-docgen", "check", "--quiet", "--fatal-warnings", "--add-include-path", folder]
    command += ["--config", os.path.join(folder, config), pages.find_gir(tree.build, namespace)]
    status, output = tree.run(*command, status=True)
    found = re.findall(r"WARNING\S*: ((?:Symbol|Parameter|Return value)\b.* is not documented)", output)
    for text in found:
        place = re.search(r" at (\S+):(\d+)", text)
        path, line = (place[1], int(place[2])) if place else ("introspection/meson.build", 1)
        yield Finding(path, line, f"{text.replace(place[0], '') if place else text}: say what it is in its comment", text)
    if status != 0 and not found:
        yield Finding("introspection/meson.build", 1, f"gi-docgen does not check: {output.strip()[-200:]}")


def check_members(tree):
    """Members of structs, which gi-docgen does not look at."""
    namespace = xml.parse(pages.find_gir(tree.build, "Usher")).getroot().find(CORE + "namespace")
    for record in namespace.iter(CORE + "record"):
        place = record.find(CORE + "source-position")
        if record.get(GLIB + "is-gtype-struct-for") or place is None:
            continue
        for field in record.iter(CORE + "field"):
            name = f"{record.get('name')}.{field.get('name')}"
            # of functions the scanner forgets what is said
            said = field.find(CORE + "doc") is not None or field.find(CORE + "callback") is not None
            if not said and not field.get("private"):
                text = f"the member “{name}” is not documented: say what it is in the comment of its struct"
                yield Finding(place.get("filename"), int(place.get("line")), text, name)


def check_macros(tree, blocks):
    """Macros of public headers; types have theirs where they are defined."""
    for path in tree.list(".h", under=("host/",)):
        if path.endswith("-private.h") or path.startswith(("host/admin/", "host/daemon/")):
            continue
        for line, match in tree.find_lines(path, MACRO):
            if match[1] not in blocks:
                yield Finding(path, line, f"{match[1]} is not documented: say what it is in a comment above it", match[1])


def check_symbols(tree):
    if not os.path.exists(pages.find_gir(tree.build, "Usher")):
        yield Finding("introspection/meson.build", 1, "there is no Usher-1.gir in the build: set it up with introspection")
        return
    blocks = collections.defaultdict(list)
    for path in tree.list(".c", ".h", under=("host/",)):
        text = tree.read(path)
        for match in re.finditer(BLOCK, text, re.MULTILINE):
            blocks[match[1]].append((path, text.count("\n", 0, match.start()) + 2))
    for name, places in blocks.items():
        for path, line in places[1:]:
            yield Finding(path, line, f"{name} is documented in {places[0][0]} too: in one place", name)
    yield from check_docgen(tree, "Usher", "usher.toml")
    yield from check_docgen(tree, "UsherTest", "usher-test.toml")
    yield from check_members(tree)
    yield from check_macros(tree, blocks)


def check_links(tree):
    """Those between the files of the tree, as a forge shows them."""
    for path in tree.list(".md"):
        for line, target in pages.list_links(tree.read(path)):
            if re.match(r"\w+:", target):
                continue
            name, _, anchor = target.partition("#")
            to = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if to not in tree.files and not any(each.startswith(to + "/") for each in tree.files):
                yield Finding(path, line, f"“{target}” leads to nothing: name a file, from where this one is", f"{path} {target}")
            elif anchor and to.endswith(".md") and anchor not in pages.list_anchors(tree.read(to)):
                yield Finding(path, line, f"{to} has no heading “#{anchor}”", f"{path} {target}")


def check_pages(tree):
    """All is rendered without a warning, functions that are named exist, and no link of what was rendered is broken."""
    if not os.path.exists(pages.find_gir(tree.build, "Usher")):
        return
    for text in pages.render(tree.top, tree.build, os.path.join(tree.build, "lint", "docs")):
        place = re.match(r"(\S+\.md): ", text)
        yield Finding(place[1] if place else "docs/pages.py", 1, text.removeprefix(place[0]) if place else text, text)
