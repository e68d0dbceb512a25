#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Renders the pages beside the reference of symbols: pages.py BUILD makes BUILD/docs/Usher-1/index.html"""

import glob
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
import urllib.parse
import xml.etree.ElementTree as xml

CORE = "{http://www.gtk.org/introspection/core/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"

FENCE = re.compile(r"^```.*?^```$|^(?:    [^\n]*\n)+", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))|(?<=\]: )\S+$", re.MULTILINE)
NAME = re.compile(r"(\[?)`(usher_\w+ ?\(\)|Usher[A-Z]\w*)`(?!\])")
PICTURE = re.compile(r"^\[(.*)\]\((\S+)\.dot\)$", re.MULTILINE)

# of a picture, over the colours that Graphviz gives: a page is light or dark as its reader wants it
STYLE = """<style>
text { fill: #24292f; }
.node :is(path, polygon, ellipse), .cluster :is(path, polygon) { stroke: #57606a; fill: transparent; }
.edge path { stroke: #57606a; }
.edge polygon { stroke: #57606a; fill: #57606a; }
.commit :is(path, polygon) { stroke: #1a7f37; stroke-width: 2; }
.handler :is(path, polygon) { stroke: #0969da; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .node :is(path, polygon, ellipse), .cluster :is(path, polygon), .edge path { stroke: #9da7b3; }
  .edge polygon { stroke: #9da7b3; fill: #9da7b3; }
  .commit :is(path, polygon) { stroke: #56d364; }
  .handler :is(path, polygon) { stroke: #79c0ff; }
}
</style>"""


def blank(match):
    """As many lines, and nothing in them."""
    return re.sub(r"[^\n]", " ", match[0])


def list_links(text):
    """The line and target of each link of a page, outside of what it prints."""
    bare = SPAN.sub(blank, FENCE.sub(blank, text))
    for match in LINK.finditer(bare):
        yield bare.count("\n", 0, match.start()) + 1, match[0]


def list_headings(text):
    bare = FENCE.sub(blank, text)
    return [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", each) for each in re.findall(r"^#+ (.*)$", bare, re.MULTILINE)]


def list_anchors(text):
    """What a forge calls the headings of a page."""
    seen = {}
    anchors = []
    for heading in list_headings(text):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        seen[anchor] = seen.get(anchor, -1) + 1
        anchors.append(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
    return anchors


def list_rendered_anchors(text):
    """What the renderer calls them, in the same order."""
    seen = {}
    anchors = []
    for heading in list_headings(text):
        plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
        anchor = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        seen[anchor] = seen.get(anchor, -1) + 1
        anchors.append(f"{anchor}_{seen[anchor]}" if seen[anchor] else anchor)
    return anchors


def name_page(path):
    """The page of a file: docs/bus.md is bus.md, host/README.md host.md, and README.md readme.md."""
    path = path.removeprefix("docs/").lower()
    return path.replace("/readme.md", ".md").replace("/", "-")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def list_symbols(gir):
    """What C calls each symbol → the page that the reference has of it."""
    namespace = xml.parse(gir).getroot().find(CORE + "namespace")
    kinds = {"class": "class", "interface": "iface", "record": "struct", "bitfield": "flags", "callback": "callback"}
    members = {"method": "method", "constructor": "ctor", "function": "type_func"}
    symbols = {}
    for each in namespace:
        tag, name = each.tag.removeprefix(CORE), each.get("name")
        if tag in ("function", "function-macro") and not each.get("moved-to"):
            symbols[each.get(C + "identifier")] = f"func.{name}.html"
        elif tag == "enumeration":
            symbols[each.get(C + "type")] = f"{'error' if each.get(GLIB + 'error-domain') else 'enum'}.{name}.html"
        elif tag in kinds:
            symbols[each.get(C + "type")] = f"{kinds[tag]}.{name}.html"
        for member in each if tag != "callback" else ():
            kind = members.get(member.tag.removeprefix(CORE))
            if kind and member.get(C + "identifier"):
                symbols[member.get(C + "identifier")] = f"{kind}.{name}.{member.get('name')}.html"
    return symbols


class Page:
    """A file of the tree, as the renderer wants it."""

    def __init__(self, top, path, pages, symbols):
        self.top = top
        self.path = path
        self.pages = pages
        self.symbols = symbols
        self.files = set()
        self.unknown = set()
        self.text = read(os.path.join(top, path))

    def link(self, match):
        target, _, anchor = match[0].partition("#")
        if ":" in target:
            return match[0]
        path = os.path.normpath(os.path.join(os.path.dirname(self.path), target)) if target else self.path
        if path.endswith(".dot"):
            return os.path.basename(path).replace(".dot", ".svg")
        if path not in self.pages:
            self.files.add(path)
            return "files/" + os.path.basename(path)
        if anchor:
            text = read(os.path.join(self.top, path))
            anchor = "#" + dict(zip(list_anchors(text), list_rendered_anchors(text))).get(anchor, anchor)
        return (name_page(path).replace(".md", ".html") if target else "") + anchor

    def name(self, match):
        name = re.sub(r" ?\(\)", "", match[2])
        if name not in self.symbols and name.islower():
            self.unknown.add(name)
        if match[1] or name not in self.symbols:
            return match[0]
        return f"[`{match[2]}`]({self.symbols[name]})"

    def render(self):
        """Its text: links lead to pages, names to symbols, and pictures are seen."""
        self.text = re.sub(r"^<!--.*?-->\n", "", self.text, flags=re.DOTALL)
        pieces = []
        at = 0
        for fence in [*FENCE.finditer(self.text), None]:
            piece = self.text[at : fence.start() if fence else len(self.text)]
            piece = PICTURE.sub(r"![\1](\2.svg)", piece)
            piece = re.sub(r"(?<=\]\()(?!\S+\.svg\))[^)\s]+(?=\))|(?<=\]: )\S+$", self.link, piece, flags=re.MULTILINE)
            pieces.append(NAME.sub(self.name, piece))
            pieces.append(fence[0] if fence else "")
            at = fence.end() if fence else at
        return f"Title: {list_headings(self.text)[0]}\n\n" + "".join(pieces)


def draw(top, folder):
    """The pictures of docs/."""
    for path in glob.glob(os.path.join(top, "docs", "*.dot")):
        svg = subprocess.run(["dot", "-Tsvg", path], stdout=subprocess.PIPE, text=True, check=True).stdout
        name = os.path.basename(path).replace(".dot", ".svg")
        write(os.path.join(folder, name), re.sub(r"(<svg[^>]*>)", lambda match: match[1] + STYLE, svg, count=1))


class Links(html.parser.HTMLParser):
    """What a rendered page refers to, and can be referred to by."""

    def __init__(self):
        super().__init__()
        self.ids = set()
        self.targets = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[key] for key in ("id", "name") if attrs.get(key))
        target = attrs.get("href") or attrs.get("src")
        if target and not urllib.parse.urlsplit(target).scheme and not target.startswith("//"):
            self.targets.append((self.getpos()[0], target))


def check_links(folder):
    """PAGE:LINE: what a link of the rendered pages leads to, where that is nothing."""
    found = {}
    for path in glob.glob(os.path.join(folder, "*.html")):
        found[os.path.basename(path)] = Links()
        found[os.path.basename(path)].feed(read(path))
    for page, links in sorted(found.items()):
        for line, target in links.targets:
            name, _, anchor = target.partition("#")
            path = urllib.parse.unquote(name.partition("?")[0]) or page
            if not os.path.exists(os.path.join(folder, path)):
                yield f"{page}:{line}: “{target}” leads to nothing"
            elif anchor and path in found and urllib.parse.unquote(anchor) not in found[path].ids:
                yield f"{page}:{line}: there is no “#{anchor}” in {path}"


def prepare(top, build, folder):
    """Writes the pages and pictures into a folder; what is said of functions that do not exist."""
    with open(os.path.join(build, "introspection", "usher.toml"), "rb") as file:
        names = tomllib.load(file)["extra"]["content_files"]
    paths = {name_page(path): path for path in map(lambda path: os.path.relpath(path, top), list_pages(top))}
    pages = [paths[name] for name in names]
    symbols = list_symbols(find_gir(build, "Usher"))
    symbols |= {name: f"../UsherTest-1/{page}" for name, page in list_symbols(find_gir(build, "UsherTest")).items()}
    files = set()
    for path in pages:
        page = Page(top, path, pages, symbols)
        write(os.path.join(folder, name_page(path)), page.render())
        files |= page.files
        yield from (f"{path}: there is no “{name}”" for name in sorted(page.unknown))
    os.makedirs(os.path.join(folder, "files"))
    for path in files:
        shutil.copy(os.path.join(top, path), os.path.join(folder, "files"))
    draw(top, folder)


def list_pages(top):
    for pattern in ("*.md", "docs/*.md", "host/README.md", "plugins/*/README.md"):
        yield from glob.glob(os.path.join(top, pattern))


def find_gir(build, namespace):
    return os.path.join(build, "introspection", namespace + "-1.gir")


def generate(build, folder, output, namespace, config):
    """Renders the reference of a library, and the pages in a folder that it names; what gi-docgen warns of."""
    introspection = os.path.join(build, "introspection")
    command = ["gi-docgen", "generate", "--quiet", "--add-include-path", introspection, "--content-dir", folder]
    command += ["--config", os.path.join(introspection, config), "--output-dir", output, find_gir(build, namespace)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
    # each with the line that it is about, and where that is shown, which is often
    yield from sorted({f"{warning}: {line}" for warning, line in re.findall(r"^WARNING: (.*)\n(.*)", said, re.MULTILINE)})
    if done.returncode != 0:
        yield f"gi-docgen ends with {done.returncode}: {said[-500:]}"


def render(top, build, output):
    """Renders all, and says what is wrong, a line each."""
    folder = os.path.join(output, "pages")
    shutil.rmtree(output, ignore_errors=True)
    os.makedirs(folder)
    wrong = list(prepare(top, build, folder))
    wrong += generate(build, folder, output, "Usher", "usher.toml")
    wrong += generate(build, folder, output, "UsherTest", "usher-test.toml")
    pages = os.path.join(output, "Usher-1")
    if os.path.isdir(pages):
        shutil.move(os.path.join(folder, "files"), os.path.join(pages, "files"))
        wrong += check_links(pages)
    shutil.rmtree(folder)
    return wrong


def main(build):
    output = os.path.join(build, "docs")
    wrong = render(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), build, output)
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    print(os.path.join(output, "Usher-1", "index.html"))
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
