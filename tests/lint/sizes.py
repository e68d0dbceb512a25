# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long files and functions may be"""

from tree import Finding

MAX_FILE = 800
MAX_FUNCTION = 60


def check_sizes(tree):
    for path in tree.files:
        is_shell = path.endswith(".sh") or "." not in path.rpartition("/")[2]
        if not is_shell and not path.endswith((".c", ".h", ".py")):
            continue
        n_lines = len(tree.read(path).splitlines())
        if n_lines > MAX_FILE:
            yield Finding(path, MAX_FILE, f"has {n_lines} lines, at most {MAX_FILE}: split it by noun", path)
        for function in tree.list_functions(path):
            n_lines = function.last - function.first + 1
            if n_lines > MAX_FUNCTION:
                text = f"{function.name} has {n_lines} lines, at most {MAX_FUNCTION}: a paragraph in it is a function"
                yield Finding(path, function.first, text, f"{path}:{function.name}")
