# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who reads or writes the inside of a type: the files that are named after the header with its struct, no others"""

import re

from graph import get_noun
from tree import Finding

UNDER = ("host/", "plugins/")
STRUCT = r"^(?:typedef )?struct(?: _(\w+))?\n\{\n(.*?)^\} ?(\w+)?;"
MEMBER = r"^ +(?:const |struct _?)*(\w+)[ *]+(?:const )?(\w+)(?:\[.*?\]| : \d+)?;|^ .*\(\*(\w+)\) \("
VARIABLE = r"\b(\w+)\)? (?:const )?\*{0,2}(?:const )?%s\b(?! \()"
ACCESS = r"\b(\w+)((?:(?:\[[^][]*\])?(?:->|\.)\w+)+)"


def list_members(text):
    """type → member → its type"""
    types = {}
    for tag, body, name in re.findall(STRUCT, text, re.MULTILINE | re.DOTALL):
        members = re.findall(MEMBER, body, re.MULTILINE)
        types[tag or name] = {name or func: kind for kind, name, func in members}
    return types


def list_owners(tree):
    """The noun of the header of each type that hides what is in it. One that lies inside others, or on a stack, does not."""
    owners = {}
    for path in tree.list(".h", under=UNDER):
        for _, match in tree.find_lines(path, r"^struct _(Usher\w+)$"):
            if not match[1].endswith(("Interface", "Class")):
                owners[match[1]] = get_noun(path)
    for path in tree.list(".c", ".h", under=UNDER):
        for _, match in tree.find_lines(path, r"^ +(Usher\w+) \w+(?:\[.*?\])?(?: = .*)?;"):
            owners.pop(match[1], None)
    return owners


def find_type(scope, variable):
    match = re.search(VARIABLE % re.escape(variable), scope)
    return match and match[1]


def list_reached(scope, types):
    """Each access in a function: where, the type, and the member."""
    for match in re.finditer(ACCESS, scope):
        kind = find_type(scope, match[1])
        for member in re.findall(r"(?:->|\.)(\w+)", match[2]):
            if kind not in types or member not in types[kind]:
                break
            yield scope.count("\n", 0, match.start()), kind, member
            kind = types[kind][member]


def check_structs(tree):
    owners = list_owners(tree)
    public = {}
    for path in tree.list(".h", under=UNDER):
        public.update(list_members(tree.read(path)))
    for path in tree.list(".c", ".h", under=UNDER):
        noun = get_noun(path)
        own = list_members(tree.read(path))
        types = {**public, **own}
        lines = tree.read(path).splitlines()
        for function in tree.list_functions(path):
            scope = "\n".join(lines[function.first - 1 : function.last])
            for line, kind, member in list_reached(scope, types):
                owner = owners.get(kind, noun)
                if kind not in own and noun != owner and not noun.startswith(owner + "-"):
                    text = f"reaches for “{member}” inside {kind}: ask by a function of that type"
                    yield Finding(path, function.first + line, text, f"{path} {kind}")
