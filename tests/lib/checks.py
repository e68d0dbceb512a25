# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that end as lines of TAP."""

results = []


def check(name, func, *arguments):
    try:
        func(*arguments)
        results.append(f"ok {len(results) + 1} {name}")
    except Exception as error:
        print(f"# {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        results.append(f"not ok {len(results) + 1} {name}")


def expect(text, *parts, without=()):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{part!r} is not in {text!r}")
    for part in without:
        if part in text:
            raise AssertionError(f"{part!r} is in {text!r}")
