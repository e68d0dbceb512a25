# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a page prints for its reader to type."""

import random
import re
import socket
from typing import NamedTuple

SHOP = "http://127.0.0.1:3000"


class Block(NamedTuple):
    """A block of code; where the line above it is “`NAME`:” it is a file of that name."""

    language: str
    name: str
    text: str


def read_blocks(path, section=None):
    """The blocks of a page, or of the section that has this heading."""
    with open(path, encoding="utf-8") as page:
        text = page.read()
    if section:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    for name, language, block in re.findall(r"^(?:`(\S+)`:\n\n)?```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield Block(language, name, block)


def choose_port():
    """One that a hub that is killed finds free again: below those that are given to whoever asks for any."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
