#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each rule finds what is bad, at its line, and nothing in what is good"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import docs
import faces
import layers
import sizes
import structs
import texts
import tools
from tree import Tree

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lint.py")
HEAD = "/* SPDX-FileCopyright" + "Text: 2026 The Usher authors\n * SPDX-License" + "-Identifier: MIT\n */\n"
LONG = "\n".join(["static void", "run (int a,", "     int b)", "{", *["  stop ();"] * 56, "}", ""])
LOG = "#pragma once\n\nvoid usher_log (void);\nvoid usher_log_end (void);\n"
HUB = "#pragma once\n\nstruct _UsherHub\n{\n  const char *name; /* (owned) */\n  struct _UsherHub *next;\n};\n"
USER = '#include "usher-hub-private.h"\n\nint\nrun (UsherHub *hub)\n{\n  return hub->next->name != hub->missing;\n}\n'
CALL = "#include \"usher-all.h\"\n\nvoid\nusher_%s (void)\n{\n  usher_%s ();\n}\n"
KNOT = {
    "host/bus/usher-all.h": "void usher_a (void);\nvoid usher_b (void);\nvoid usher_c (void);\n",
    "host/bus/usher-a.c": CALL % ("a", "c"),
    "host/bus/usher-b.c": CALL % ("b", "a"),
    "host/bus/usher-c.c": CALL % ("c", "b"),
}
LISTS_OF_HEADERS = (
    "usher_plugin_headers += files(\n  'usher-a.h',\n  'usher-c.h',\n)\n"
    "usher_host_headers += files(\n  'usher-b.h',\n  'usher-c.h',\n  'usher-e-private.h',\n)\n"
)
WIDE = "#include <stdlib.h>\n\nint\nread_number (const char *text)\n{\n  return atoi (text);\n}\n"

TOML = '[library]\nversion = "1"\n[extra]\ncontent_files = ["readme.md", "bus.md"]\n'
SAID = '<doc filename="a" line="1">It.</doc>'
FUNCTION = (
    '<function name="%s" c:identifier="usher_%s">%s<source-position filename="host/core/usher-a.h" line="%d"/>'
    '<return-value transfer-ownership="none"><type name="none" c:type="void"/></return-value></function>'
)
RECORD = (
    '<record name="%s" c:type="Usher%s"><source-position filename="host/core/usher-b.h" line="7"/>'
    f'{SAID}<field name="a" writable="1">%s<type name="gint" c:type="int"/></field></record>'
)
GIR = (
    '<?xml version="1.0"?><repository xmlns="http://www.gtk.org/introspection/core/1.0" '
    'xmlns:c="http://www.gtk.org/introspection/c/1.0" xmlns:glib="http://www.gtk.org/introspection/glib/1.0" version="1.2">'
    '<namespace name="Usher" version="1" shared-library="" c:identifier-prefixes="Usher" c:symbol-prefixes="usher">'
    + FUNCTION % ("said", "said", SAID, 4)
    + "%s</namespace></repository>"
)
KIT = GIR.replace('namespace name="Usher"', 'namespace name="UsherTest"').replace("host/core/usher-a.h", "host/test/usher-test-a.h")
REFERENCE = {
    "build/introspection/usher.toml": TOML,
    "build/introspection/Usher-1.gir": GIR % "",
    "build/introspection/usher-test.toml": '[library]\nversion = "1"\n',
    "build/introspection/UsherTest-1.gir": KIT % "",
}
DIGRAPH = "digraph { a -> b }\n"

# name → rule, the tree, and where something is wrong in it
CASES = {
    "format": (tools.check_format, {"a.c": "int a;\n\n\n\nint  b;\n", "b.c": "int a;\n"}, ["a.c:1"]),
    "licences": (tools.check_licences, {"LICENSES/MIT.txt": "MIT\n", "a.c": "int a;\n", "b.c": HEAD}, ["a.c:1"]),
    "spelling": (tools.check_spelling, {"a.md": "fine\nrecie" + "ve\n", "b.md": "upto\n"}, ["a.md:2"]),
    "python-names": (tools.check_python, {"a.py": "import os\n", "b.py": "a = c\n", "c.py": "a = 1\n"}, ["a.py:1", "b.py:1"]),
    "python-types": (
        tools.check_python,
        {"introspection/python/a.py": "def a() -> int:\n    return ''\n", "introspection/python/b.py": "def b():\n    pass\n", "c.py": "def c():\n    pass\n"},
        ["introspection/python/a.py:2", "introspection/python/b.py:1"],
    ),
    "tidy": (tools.check_tidy, {".clang-tidy": "Checks: '-*,cert-err34-c'\n", "host/core/a.c": WIDE}, ["host/core/a.c:6"]),
    "files": (sizes.check_sizes, {"a.c": "\n" * 801, "b.c": "\n" * 800, "c.md": "\n" * 801}, ["a.c:800"]),
    "functions": (sizes.check_sizes, {"a.c": "\n" + LONG, "b.c": LONG.replace("  stop ();\n", "", 1)}, ["a.c:2"]),
    "python": (sizes.check_sizes, {"a.py": "def a():\n" + "    b()\n" * 60, "b.py": "def a():\n" + "    b()\n" * 59}, ["a.py:1"]),
    "shell": (sizes.check_sizes, {"a": "a() {\n" + "  b\n" * 59 + "}\n", "b": "a() {\n" + "  b\n" * 58 + "}\n"}, ["a:1"]),
    "faces": (
        faces.check_faces,
        {
            "host/core/meson.build": LISTS_OF_HEADERS,
            **{f"host/core/usher-{name}.h": LOG for name in ("a", "b", "c", "d", "e-private", "f-private")},
            "host/daemon/meson.build": "executable('usher')\n",
            "host/daemon/usher-life.h": LOG,
            "host/meson.build": "install_headers(usher_headers, subdir: 'usher-1')\ninstall_headers('usher-g.h')\n",
            "plugins/b/usher-b.c": "#include <usher.h>\n\n#include \"usher-d.h\"\n",
        },
        [
            "host/core/usher-c.h:1",
            "host/core/usher-d.h:1",
            "host/core/usher-e-private.h:1",
            "host/meson.build:2",
            "plugins/b/usher-b.c:3",
        ],
    ),
    "layers-include": (
        layers.check_layers,
        {
            "host/core/usher-log.h": LOG,
            "host/http/usher-front.h": '#include "usher-log.h"\n',
            "host/core/usher-log.c": '#include "usher-log.h"\n#include "usher-front.h"\n',
        },
        ["host/core/usher-log.c:2"],
    ),
    "layers-call": (
        layers.check_layers,
        {
            "host/http/usher-front.c": "void usher_front (void);\n\nvoid\nusher_front (void)\n{\n}\n",
            "host/bus/usher-a.c": "void usher_front (void);\nvoid a (void);\n\nvoid\na (void)\n{\n  usher_front ();\n}\n",
        },
        ["host/bus/usher-a.c:1"],
    ),
    "layers-private": (
        layers.check_layers,
        {
            "host/core/usher-log.h": LOG,
            "host/core/usher-log-private.h": LOG,
            "plugins/a/usher-a.h": LOG,
            "plugins/a/contract/usher-a-names.h": LOG,
            "plugins/a/usher-a.c": '#include "usher-a.h"\n#include "usher-log.h"\n',
            "plugins/b/usher-b.c": '#include "usher-log-private.h"\n#include "usher-a.h"\n#include "usher-a-names.h"\n',
        },
        ["plugins/b/usher-b.c:1", "plugins/b/usher-b.c:2"],
    ),
    "circles": (layers.check_circles, KNOT, ["host/bus/usher-a.c:6", "host/bus/usher-b.c:6", "host/bus/usher-c.c:6"]),
    "circles-of-two": (layers.check_circles, {**KNOT, "host/bus/usher-c.c": CALL % ("c", "a")}, []),
    "circles-of-headers": (
        layers.check_circles,
        {
            "host/bus/usher-a.h": '#include "usher-b.h"\n',
            "host/bus/usher-b.h": '\n#include "usher-c.h"\n',
            "host/bus/usher-c.h": '#include "usher-a.h"\n',
        },
        ["host/bus/usher-a.h:1", "host/bus/usher-b.h:2", "host/bus/usher-c.h:1"],
    ),
    "structs": (
        structs.check_structs,
        {
            "host/bus/usher-hub-private.h": HUB,
            "host/bus/usher-hub-log.c": USER,
            "host/bus/usher-hubs.c": USER,
            "host/bus/usher-bus.c": USER.replace("hub->next->name != hub->missing", "usher_hub_get (hub)"),
        },
        ["host/bus/usher-hubs.c:6"],
    ),
    "structs-inside": (
        structs.check_structs,
        {
            "host/bus/usher-hub-private.h": HUB,
            "host/bus/usher-bus.c": USER.replace("int\n", "typedef struct\n{\n  UsherHub hub;\n} Bus;\n\nint\n", 1),
        },
        [],
    ),
    "sleeps": (
        texts.check_sleeps,
        {
            "tests/a.c": "/* no g_usleep */\nvoid\na (void)\n{\n  g_usleep (1);\n}\n",
            "tests/a.py": "time.sleep(1)\n",
            "host/a.c": "g_usleep (1);\n",
        },
        ["tests/a.c:5", "tests/a.py:1"],
    ),
    "json": (
        texts.check_json,
        {
            "plugins/a.c": 'f ("{\\"id\\":%d}", id);\nf ("id: %d");\n',
            "host/b.c": 'f (",\\"" NAME "\\":");\nf ("a \\"b\\"");\n',
            "tests/c.c": 'f ("{\\"id\\":1}");\n',
        },
        ["host/b.c:1", "plugins/a.c:1"],
    ),
    "types": (
        texts.check_types,
        {
            "host/http/a.c": "G_DEFINE_FINAL_TYPE (UsherA, usher_a, G_TYPE_OBJECT)\n",
            "plugins/b/b.c": "\nG_DEFINE_INTERFACE (UsherA, usher_a, G_TYPE_OBJECT)\n",
            "tests/c.c": "G_DEFINE_BOXED_TYPE (UsherC, usher_c, usher_c_ref, usher_c_unref)\n",
            "tests/d.c": "G_DEFINE_FINAL_TYPE_WITH_CODE (UsherC, usher_c, G_TYPE_OBJECT, b)\n",
            "tests/e.c": "G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherA, usher_a_free)\n",
        },
        ["plugins/b/b.c:2"],
    ),
    "tests": (
        texts.check_tests,
        {
            "build/meson-info/intro-tests.json": json.dumps([{"name": "a"}, {"name": "b"}, {"name": "a"}]),
            "tests/unit/meson.build": "foreach name : [\n  'a',\n  'b',\n]\n",
        },
        ["tests/unit/meson.build:2"],
    ),
    "symbols": (
        docs.check_symbols,
        {
            **REFERENCE,
            "build/introspection/Usher-1.gir": GIR
            % (FUNCTION % ("a", "a", "", 9) + RECORD % ("B", "B", "") + RECORD % ("C", "C", SAID)),
            "build/introspection/UsherTest-1.gir": KIT % (FUNCTION.replace("core/usher-a", "test/usher-test-a") % ("b", "b", "", 5)),
            "host/core/usher-a.c": "/**\n * usher_said:\n *\n * It.\n */\n",
            "host/core/usher-c.c": "\n/**\n * usher_said:\n *\n * It.\n */\n",
            "host/core/usher-a.h": "#define USHER_TYPE_A 1\n/**\n * USHER_B:\n *\n * It.\n */\n#define USHER_B 1\n#define USHER_C 1\n",
        },
        ["host/core/usher-a.h:8", "host/core/usher-a.h:9", "host/core/usher-b.h:7", "host/core/usher-c.c:3", "host/test/usher-test-a.h:5"],
    ),
    "symbols-unbuilt": (docs.check_symbols, {}, ["introspection/meson.build:1"]),
    "links": (
        docs.check_links,
        {
            "README.md": "# A\n\n[a](docs/b.md#two-words)\n[b](docs/c.md) `[c](d)`\n\n```\n[d](e)\n```\n[f](#a-1)\n[g](#b)\n\n# A\n",
            "docs/b.md": "## Two words\n\n[a](../README.md#a) [b]\n[c](https://example.com)\n[d](../README.md#c)\n\n[b]: ./\n",
        },
        ["README.md:10", "README.md:4", "docs/b.md:5"],
    ),
    "pages": (
        docs.check_pages,
        {
            **REFERENCE,
            "README.md": "# A\n\n`usher_said()`, [b](docs/bus.md#who--what), [c](data/usher.conf)\n\n[d](docs/d.dot)\n",
            "data/usher.conf": "\n",
            "docs/bus.md": "# B\n\n## Who — what\n\n`usher_unsaid()` [e](#f)\n",
            "docs/d.dot": DIGRAPH,
        },
        ["docs/bus.md:1", "docs/pages.py:1"],
    ),
}


def build(top):
    """Compiles what is in host/ and plugins/, as far as it can be, and tells of it as meson does."""
    folder = os.path.join(top, "build")
    os.makedirs(folder, exist_ok=True)
    commands = []
    for path in Tree(top, folder).list(".c", under=("host/", "plugins/")):
        output = path.replace("/", "-") + ".o"
        command = ["cc", "-I.", "-c", "-w", f"../{path}", "-o", output]
        if subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL).returncode == 0:
            about = {"directory": folder, "command": " ".join(command), "file": f"../{path}", "output": output}
            commands.append(about)
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(commands, file)


def write(top, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
        with open(os.path.join(top, path), "w", encoding="utf-8") as file:
            file.write(text)


def find(check, files):
    with tempfile.TemporaryDirectory() as top:
        write(top, files)
        build(top)
        tree = Tree(top, os.path.join(top, "build"))
        findings = check(tree, is_all=True) if check is tools.check_tidy else check(tree)
        return sorted({f"{finding.path}:{finding.line}" for finding in findings})


def run_lint(*known):
    """What is said of a sleep where the list of what is known has these lines: how it ends, and where."""
    with tempfile.TemporaryDirectory() as top:
        write(top, {"tests/a.c": "void\na (void)\n{\n  g_usleep (1);\n}\n"})
        write(top, {"tests/lint/known.txt": "\n".join(["# what", *known])})
        command = [sys.executable, LINT, "--top", top, "sleeps"]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        return [result.returncode, *(":".join(line.split(":")[:2]) for line in result.stdout.splitlines())]


# name → lines, how it ends
LISTS = {
    "known-not": ([], [1, "tests/a.c:4"]),
    "known": (["sleeps tests/a.c:a  # it may"], [0]),
    "known-no-more": (["sleeps tests/a.c:a", "sleeps tests/a.c:b"], [1, "tests/lint/known.txt:3"]),
    "known-otherwise": (["json tests/a.c:a"], [1, "tests/a.c:4"]),
}


def main():
    needed = {"format": "clang-format-14", "licences": "reuse", "spelling": "codespell", "python-names": "pyflakes3", "python-types": "mypy", "tidy": "clang-tidy-14"}
    needed |= {"symbols": "gi-docgen", "pages": "gi-docgen"}
    status = 0
    tests = [(name, lambda case=case: find(*case[:2]), case[2]) for name, case in CASES.items()]
    tests += [(name, lambda lines=lines: run_lint(*lines), expected) for name, (lines, expected) in LISTS.items()]
    print(f"1..{len(tests)}")
    for number, (name, run, expected) in enumerate(tests, 1):
        if name in needed and shutil.which(needed[name]) is None:
            print(f"ok {number} /lint/{name} # SKIP there is no {needed[name]}")
            continue
        found = run()
        print(f"{'ok' if found == expected else 'not ok'} {number} /lint/{name}")
        if found != expected:
            print(f"# expected {expected}, found {found}")
            status = 1
    return status


sys.exit(main())
