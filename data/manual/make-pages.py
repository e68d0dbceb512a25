#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual, for “man” and as text: make-pages.py DESCRIPTION FOLDER PAGES TEMPLATE…

DESCRIPTION is what “usher inventory” prints, PAGES what comes of it, as the build wants to know beforehand. The templates have the prose, and “@options@” and such where a list of the
program's own comes:

    title: usher 1 2026-11-29      name and section of the page, and the day on which its prose was last changed
    name: what it is, in a few words
    # SECTION                      and “## part”
    term                           a line, and the text of it behind “:   ”
    :   text
        code                       four spaces
    `literal`, *VARIABLE*

commands.md and options.md have no page of their own but what is said of a command or an option besides its summary, below
its name. Prose about what the program does not know is an error, so nothing stays when it has gone.
"""

import json
import os
import re
import sys
import textwrap

WIDTH = 78
INDENT = "    "


class Head:
    def __init__(self, text, level):
        self.text, self.level = text, level


class Paragraph:
    def __init__(self, text):
        self.text = text


class Item:
    """A term, and the paragraphs about it."""

    def __init__(self, term, *texts):
        self.term, self.texts = term, list(texts)


class Code:
    def __init__(self, lines):
        self.lines = lines


class Lines:
    """Lines with marks that stay lines."""

    def __init__(self, lines):
        self.lines = lines


def read_item(lines):
    texts = [lines[1][4:]]
    for line in lines[2:]:
        if line.startswith(":   "):
            texts.append(line[4:])
        else:
            texts[-1] += " " + line.strip()
    return Item(lines[0], *texts)


def parse(text):
    """The blocks of a template; a directive is a string."""
    blocks = []
    for part in re.split(r"\n\n+", text.strip("\n")):
        lines = part.split("\n")
        if lines[0].startswith("<!--"):
            continue
        if lines[0].startswith("#"):
            mark, head = lines[0].split(" ", 1)
            blocks.append(Head(head, len(mark)))
        elif re.fullmatch(r"@[a-z]+@", lines[0]):
            blocks.append(lines[0].strip("@"))
        elif lines[0].startswith("    "):
            blocks.append(Code([line[4:] for line in lines]))
        elif len(lines) > 1 and lines[1].startswith(":   "):
            blocks.append(read_item(lines))
        else:
            blocks.append(Paragraph(" ".join(line.strip() for line in lines)))
    return blocks


def read_template(path):
    """What stands before the first section, by its word, and the blocks."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"<!--.*?-->\n", "", file.read(), flags=re.DOTALL)
    head = dict(re.findall(r"^(title|name): (.*)$", text, re.MULTILINE))
    return head, parse(re.sub(r"^(title|name): .*\n", "", text, flags=re.MULTILINE))


def split_by_head(blocks):
    """What is said of each name."""
    parts = {}
    for block in blocks:
        if isinstance(block, Head):
            parts[block.text] = []
        else:
            parts[list(parts)[-1]].append(block)
    return parts


# for “man”

LETTERS = {"\\": "\\e", "-": "\\-", "“": "\\(lq", "”": "\\(rq", "…": "\\&...", "–": "\\(en", "—": "\\(em"}


def escape(text):
    return "".join(LETTERS.get(letter, letter) for letter in text)


def to_roff(text):
    """Inline marks become fonts."""
    out = ""
    for part in re.split(r"(`[^`]+`|\*[A-Za-z0-9_.…]+\*)", text):
        if part.startswith("`"):
            out += "\\fB" + escape(part[1:-1]) + "\\fR"
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            out += "\\fI" + escape(part[1:-1]) + "\\fR"
        else:
            out += escape(part)
    lines = textwrap.wrap(out, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in lines)


def make_roff(head, section, version, blocks):
    name, number, date = head["title"].split()
    out = [
        ".\\\" SPDX-FileCopyrightText: 2026 The Usher authors",
        ".\\\" SPDX-License-Identifier: LGPL-2.1-or-later",
        f".TH {name.upper()} {number} {date} \"Usher {version}\" \"{section}\"",
        ".SH NAME",
        *textwrap.wrap(f"{name} \\- {escape(head['name'])}", WIDTH),
    ]
    after_head = False
    for block in blocks:
        if isinstance(block, Head):
            out.append(("." + ("SH " if block.level == 1 else "SS ")) + "\"" + to_roff(block.text) + "\"")
        elif isinstance(block, Paragraph):
            out += ([] if after_head else [".PP"]) + [to_roff(block.text)]
        elif isinstance(block, Item):
            out += [".TP", to_roff(block.term)]
            for i, text in enumerate(block.texts):
                out += ([".IP"] if i > 0 else []) + [to_roff(text)]
        elif isinstance(block, Lines):
            out.append("\n.br\n".join(to_roff(line) for line in block.lines))
        else:
            out += [".PP", ".RS 4", ".nf"] + [line and escape(line) for line in block.lines] + [".fi", ".RE"]
        after_head = isinstance(block, Head)
    return "\n".join(out) + "\n"


# as text

def to_text(text):
    return re.sub(r"`([^`]+)`|\*([A-Za-z0-9_.…]+)\*", lambda match: match[1] or match[2], text)


def wrap(text, indent):
    return textwrap.wrap(to_text(text), WIDTH, initial_indent=indent, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False)


def make_text(head, blocks):
    name, number, _ = head["title"].split()
    out = [f"{name}({number})", "", "NAME", f"{INDENT}{name} - {head['name']}"]
    after_head = False
    for block in blocks:
        out += [] if after_head else [""]
        if isinstance(block, Head):
            out.append("  " * (block.level - 1) + to_text(block.text))
        elif isinstance(block, Paragraph):
            out += wrap(block.text, INDENT)
        elif isinstance(block, Item):
            out.append(INDENT + to_text(block.term))
            for i, text in enumerate(block.texts):
                out += ([""] if i > 0 else []) + wrap(text, 2 * INDENT)
        elif isinstance(block, Lines):
            out += [INDENT + to_text(line) for line in block.lines]
        else:
            out += [2 * INDENT + line for line in block.lines]
        after_head = isinstance(block, Head)
    return "\n".join(out) + "\n"


# what the program says of itself

def mark(arguments):
    """[SERVICE…] with its words as variables."""
    return re.sub(r"[A-Za-z][A-Z.=:a-z]*…?", lambda match: f"*{match[0]}*", arguments or "")


def mark_value(value):
    """ADDR:PORT|unix:PATH|none with its words as variables, and what is to be written as it is."""
    words = re.sub(r"[A-Z]{2,}[A-Z.]*", lambda match: f"*{match[0]}*", value)
    return re.sub(r"[a-z]+(://?|\b)", lambda match: f"`{match[0]}`", words).replace("|", " | ")


def list_forms(command):
    """What is written behind “usher”."""
    name = command["name"]
    if not command["verbs"]:
        yield f"`{name}` [*OPTION*…]" + (" " + mark(command["arguments"]) if command["arguments"] else "")
    for verb in command["verbs"]:
        yield f"`{name} {verb['name']}` [*OPTION*…]" + (" " + mark(verb["arguments"]) if verb["arguments"] else "")


def make_option_term(option):
    term = f"`-{option['short']}`, `--{option['name']}`" if option["short"] else f"`--{option['name']}`"
    return term + (f" {mark_value(option['value'])}" if option["value"] else "")


def end(sentence):
    return sentence if sentence.endswith(".") else sentence + "."


HELP = Item("`-h`, `--help`", "Tells the usage, of the program or of a command.")


class Manual:
    def __init__(self, description, templates):
        self.about = description
        pages = {os.path.basename(path): read_template(path) for path in templates}
        self.of_commands = self.take(pages, "commands.md", [command["name"] for command in self.about["commands"]])
        self.of_options = self.take(pages, "options.md", [
            option["name"] for command in self.about["commands"] for option in command["options"]])
        self.templates = pages

    @staticmethod
    def take(pages, name, known):
        parts = split_by_head(pages.pop(name)[1])
        for part in parts:
            if part not in known:
                sys.exit(f"{name}: the program knows no “{part}”")
        return parts

    def list_synopsis(self, commands):
        return [Lines([f"`usher` {form}" for command in commands for form in list_forms(command)])]

    def list_verbs(self, command):
        return [Item(f"`{verb['name']}`" + (f" {mark(verb['arguments'])}" if verb["arguments"] else ""),
                     end(verb["summary"])) for verb in command["verbs"]]

    def list_commands(self):
        blocks = []
        for command in self.about["commands"]:
            blocks.append(Head("usher " + command["name"], 2))
            blocks.append(Paragraph(end(command["summary"])))
            blocks += self.list_verbs(command) + self.of_commands.get(command["name"], [])
        return blocks

    def list_options(self, commands):
        """Each once; where commands mean other things by one, all that they mean."""
        meanings, terms = {}, {}
        for command in commands:
            for option in command["options"]:
                terms.setdefault(option["name"], option)
                meanings.setdefault(option["name"], {}).setdefault(option["summary"], []).append(command["name"])
        blocks = []
        for name, option in sorted(terms.items()):
            texts = []
            for summary, names in meanings[name].items():
                where = "" if len(commands) == 1 or len(names) > 10 else \
                    " (" + ", ".join(f"`{one}`" for one in names) + ")"
                texts.append(end(summary + where))
            item = Item(make_option_term(option), " ".join(texts))
            item.texts += [block.text for block in self.of_options.get(name, [])]
            blocks.append(item)
        return blocks + [HELP]

    def list_settings(self):
        blocks, group = [], None
        for setting in self.about["settings"]:
            if setting["group"] != group:
                group = setting["group"]
                blocks.append(Head(f"[{group}]", 2))
            default = f", by default `{setting['default']}`" if setting["default"] else ""
            text = setting["description"][0].upper() + setting["description"][1:]
            more = (" It may be a reference to a secret." if setting["secret"] else "") + \
                (" It can change while a host runs." if setting["live"] else "")
            blocks.append(Item(f"`{group}.{setting['key']}`", f"{setting['type'].capitalize()}{default}.",
                               end(text) + more))
        return blocks

    def list_keys(self):
        return [Item(f"`{key['name']}`", f"{key['form'][0].upper()}{key['form'][1:]}, "
                     f"{'required' if key['required'] else 'optional'}: {end(key['description'])}")
                for key in self.about["keys"]]

    def list_topics(self):
        names = [topic["page"].rsplit(".", 1) for topic in self.about["topics"]]
        return [Paragraph(", ".join(f"`{name}`({number})" for name, number in names) + ".")]

    def expand(self, blocks):
        lists = {
            "commands": self.list_commands,
            "keys": self.list_keys,
            "options": lambda: self.list_options(self.about["commands"]),
            "settings": self.list_settings,
            "synopsis": lambda: self.list_synopsis(self.about["commands"]),
            "topics": self.list_topics,
        }
        return [made for block in blocks
                for made in (lists[block]() if isinstance(block, str) else [block])]

    def make_command_page(self, command, date):
        head = {"title": f"usher-{command['name']} 1 {date}", "name": command["summary"].rstrip(".").split(",")[0]}
        blocks = [Head("SYNOPSIS", 1), *self.list_synopsis([command]), Head("DESCRIPTION", 1),
                  Paragraph(end(command["summary"])), *self.list_verbs(command),
                  *self.of_commands.get(command["name"], []), Head("OPTIONS", 1), *self.list_options([command]),
                  Head("SEE ALSO", 1), *self.list_topics()]
        return head, blocks

    def make_pages(self):
        for head, blocks in self.templates.values():
            yield head, self.expand(blocks)
        date = self.templates["usher.1.md"][0]["title"].split()[2]
        for command in self.about["commands"]:
            yield self.make_command_page(command, date)


def main(description, folder, names, *templates):
    with open(description, encoding="utf-8") as file:
        manual = Manual(json.load(file), templates)
    pages = {"{0}.{1}".format(*head["title"].split()): (head, blocks) for head, blocks in manual.make_pages()}
    if set(pages) != set(names.split(",")):
        sys.exit(f"the pages in data/manual/meson.build are to be: {', '.join(sorted(pages))}")
    for name, (head, blocks) in pages.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as page:
            page.write(make_roff(head, "Usher", manual.about["version"], blocks))
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as page:
            page.write(make_text(head, blocks))


main(*sys.argv[1:])
