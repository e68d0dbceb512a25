#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual tells all that the program can do, and is found: manual-test.py PAGES SOURCES LIB"""

import glob
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile

PAGES, SOURCES, LIB = sys.argv[1:]
sys.path.insert(0, LIB)
from checks import check, expect, results  # pylint: disable=wrong-import-position

PROGRAM = os.environ["USHER_TEST_PROGRAM"]
HOME = tempfile.mkdtemp(prefix="usher-manual-")
ENVIRONMENT = {
    "HOME": HOME,
    "LC_ALL": "C.UTF-8",
    "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
    "MANROFFOPT": "",
    "PATH": "/usr/bin:/bin",
    "TERM": "dumb",
    "XDG_CONFIG_HOME": f"{HOME}/config",
}


def run(*arguments, program=PROGRAM, status=0, **environment):
    done = subprocess.run([program, *arguments], env=ENVIRONMENT | environment, capture_output=True, text=True,
                          timeout=60, check=False)
    if done.returncode != status:
        raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
    return done.stdout if status == 0 else done.stderr


def ask(*arguments):
    """Whether it can run or not, which it cannot without plugins."""
    return subprocess.run([PROGRAM, *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=60,
                          check=False).stdout


def read(name):
    with open(f"{PAGES}/{name}", encoding="utf-8") as page:
        return page.read()


def list_terms(page):
    """What a page explains, one line each."""
    return [line.strip() for line in read(page + ".txt").split("\n") if re.match(r"^ {4}\S", line)]


def expect_term(page, term):
    """As a word of its own: --plugins is not told by --plugins-only."""
    for line in list_terms(page):
        if re.search(rf"(^|[ ,|]){re.escape(term)}($|[ ,|])", line):
            return
    raise AssertionError(f"{page} does not explain {term}")


def list_commands():
    commands = re.findall(r"^  (\S+)", run("--help").split("Commands:\n")[1], re.MULTILINE)
    if "run" not in commands or len(commands) < 15:
        raise AssertionError(f"these are not the commands: {commands}")
    return commands


def test_commands():
    for command in list_commands():
        expect(read("usher.1.txt"), f"\n  usher {command}\n", f"    usher {command} ")
        usage = run(command, "--help")
        options = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", usage, re.MULTILINE)
        if "--help" not in options:
            raise AssertionError(f"{command} --help tells no options: {usage}")
        for option in options:
            expect_term("usher.1", option)
            expect_term(f"usher-{command}.1", option)
        for verb in re.findall(r"^  ([a-z]+)", (usage + "Verbs:\n").split("Verbs:\n")[1].split("\n\n")[0], re.MULTILINE):
            expect_term("usher.1", verb)
            expect_term(f"usher-{command}.1", verb)


def test_settings():
    listed = json.loads(ask("settings", "--json", "--plugins-only", "--plugins", HOME))["items"]
    if len(listed) < 30:
        raise AssertionError(f"these are not all settings: {listed}")
    text = " ".join(read("usher.conf.5.txt").split())
    for setting in listed:
        expect_term("usher.conf.5", f"{setting['group']}.{setting['key']}")
        expect(text.lower(), " ".join(setting["description"].lower().split()))
        if setting["default"]:
            expect(text, f"by default {setting['default']}.")
        if setting["min"] or setting["max"]:
            expect(text, f"{setting['type'].capitalize()} {setting['min']}…{setting['max']}")


def test_manifest():
    """A manifest with all keys that the page has is taken, and of one letter more the nearest is told."""
    keys = re.findall(r"^    ([A-Z]\w+)$", read("usher-plugin.5.txt").split("MANIFEST")[1].split("RANGES")[0], re.MULTILINE)
    values = {"Name": "all", "Version": "1.0.0", "ABI": "1", "Loader": "module", "Module": "all.so", "Description": "All of it"}
    folder = f"{HOME}/plugins"
    os.makedirs(folder)
    for key in (*keys, None):
        with open(f"{folder}/all.plugin", "w", encoding="utf-8") as manifest:
            manifest.write("[Plugin]\n")
            for one in keys:
                manifest.write(f"{one + ('x' if one == key else '')}={values.get(one, 'x-' + one.lower())}\n")
        listed = ask("plugins", "--plugins-only", "--plugins", folder)
        if key is not None:
            expect(listed, f"key “{key}x” is unknown, did you mean “{key}”?")
        else:
            expect(listed, "all ", "1.0.0", without=("is unknown",))
    # the schema in the source, so that none is missing in the page
    with open(f"{SOURCES}/../../host/plugin/usher-manifest.c", encoding="utf-8") as source:
        for key in set(re.findall(r"\(file, (?:GROUP, )?\"(\w+)\"", source.read())):
            expect_term("usher-plugin.5", key)


def test_states():
    with open(f"{SOURCES}/../../host/plugin/usher-catalog.h", encoding="utf-8") as header:
        for state in re.findall(r"^ \* @USHER_PLUGIN_(\w+):", header.read(), re.MULTILINE):
            expect_term("usher-plugin.5", state.lower())


def test_json():
    for command in ("plugins", "settings"):
        listed = ask(command, "--json", "--plugins-only", "--plugins", f"{HOME}/plugins")
        members = ", ".join(json.loads(listed)["items"][0])
        expect(" ".join(read("usher.1.txt").split()), f"items: {members}.")


def test_form():
    for page in sorted(glob.glob(f"{PAGES}/*.[15]")):
        for command in (["mandoc", "-Tlint", "-Wstyle", page], ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page]):
            if shutil.which(command[0]) is None:
                continue
            done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
            said = done.stderr + (done.stdout if command[0] == "mandoc" else "")
            if said or done.returncode != 0:
                raise AssertionError(f"{command[0]} says of {page}: {said}")


def make_pages(folder, *extra, sources=SOURCES):
    os.makedirs(folder, exist_ok=True)
    names = sorted(os.path.basename(page) for page in glob.glob(f"{PAGES}/*.[15]"))
    return subprocess.run(
        [f"{SOURCES}/make-pages.py", f"{PAGES}/description.json", folder, ",".join([*names, *extra]),
         *glob.glob(f"{sources}/*.md")],
        env=ENVIRONMENT | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}, capture_output=True, text=True,
        timeout=60, check=False)


def test_same():
    """Whenever and wherever they are made."""
    done = make_pages(f"{HOME}/again")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    for page in glob.glob(f"{PAGES}/*.[15]*"):
        with open(f"{HOME}/again/{os.path.basename(page)}", encoding="utf-8") as again:
            if again.read() != read(os.path.basename(page)):
                raise AssertionError(f"{page} became another one")


def test_stale():
    expect(make_pages(f"{HOME}/stale", "usher-walk.1").stderr, "are to be: ", without=("usher-walk",))
    shutil.copytree(SOURCES, f"{HOME}/sources")
    for name, head in (("commands.md", "walk"), ("options.md", "no-such-option")):
        with open(f"{HOME}/sources/{name}", "a", encoding="utf-8") as prose:
            prose.write(f"\n# {head}\n\nText.\n")
        expect(make_pages(f"{HOME}/stale", sources=f"{HOME}/sources").stderr, f"the program knows no “{head}”")
        shutil.copy(f"{SOURCES}/{name}", f"{HOME}/sources/{name}")


def make_tool(name, script):
    os.makedirs(f"{HOME}/tools", exist_ok=True)
    with open(f"{HOME}/tools/{name}", "w", encoding="utf-8") as tool:
        tool.write("#!/bin/sh\n" + script)
    os.chmod(f"{HOME}/tools/{name}", 0o755)


def test_by_man():
    make_tool("man", "echo \"man shows $1\"; exit 0\n")
    path = f"{HOME}/tools:/usr/bin:/bin"
    expect(run("help", "conf", PATH=path), "man shows /", "/usher.conf.5\n")
    expect(run("help", "run", PATH=path), "/usher-run.1\n")
    expect(run("help", "usher-plugin", PATH=path), "/usher-plugin.5\n")
    # one that cannot is no reason to show nothing
    make_tool("man", "exit 16\n")
    expect(run("help", "conf", PATH=path), "host.workers", "SETTINGS OF THE HOST")


def test_as_text():
    os.makedirs(f"{HOME}/bare", exist_ok=True)
    if not os.path.exists(f"{HOME}/bare/sh"):
        os.symlink("/bin/sh", f"{HOME}/bare/sh")
        os.symlink("/bin/cat", f"{HOME}/bare/cat")
    if run("help", "plugin", PATH=f"{HOME}/bare", PAGER="echo paged") != read("usher-plugin.5.txt"):
        raise AssertionError("the text is not the page")
    expect(run_on_terminal("help", "plugin", PATH=f"{HOME}/bare", PAGER="echo paged; cat"), "paged", "MANIFEST")
    expect(run_on_terminal("help", "plugin", PATH=f"{HOME}/bare"), "MANIFEST", without=("paged",))


def run_on_terminal(*arguments, **environment):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(PROGRAM, [PROGRAM, *arguments], ENVIRONMENT | environment)
    said = b""
    try:
        while part := os.read(terminal, 65536):
            said += part
    except OSError:
        pass
    os.close(terminal)
    if os.waitpid(pid, 0)[1] != 0:
        raise AssertionError(f"{arguments} failed: {said}")
    return said.decode()


def test_installed():
    """Beside a program that was installed anywhere."""
    root = f"{HOME}/pre fix"
    for folder in ("bin", "share/man/man5", "share/usher/help"):
        os.makedirs(f"{root}/{folder}")
    shutil.copy(PROGRAM, f"{root}/bin/usher")
    expect(run("help", "conf", program=f"{root}/bin/usher", status=1), "usher.conf.5 is not installed")
    expect(run("help", "run", program=f"{root}/bin/usher", status=1), "“usher run --help”")
    with open(f"{root}/share/usher/help/usher.conf.5.txt", "w", encoding="utf-8") as page:
        page.write("The text\n")
    expect(run("help", "conf", program=f"{root}/bin/usher"), "The text\n")
    make_tool("man", "cat \"$1\"\n")
    with open(f"{root}/share/man/man5/usher.conf.5", "w", encoding="utf-8") as page:
        page.write("The page\n")
    expect(run("help", "conf", program=f"{root}/bin/usher", PATH=f"{HOME}/tools:/usr/bin:/bin"), "The page\n")


def test_topics():
    expect(run("help"), "conf ", "plugin ", "usher ", *(f"  {command} " for command in list_commands()))
    expect(run("help", "timrs", status=2), "there is no help on “timrs”, did you mean “timers”?")
    expect(run("help", "zebra-crossing", status=2), "there is no help on “zebra-crossing”\n")
    expect(run("help", "a", "b", status=2), "“b” is not wanted here")


check("each command, verb and option is told", test_commands)
check("each setting is told, with type, range, default and meaning", test_settings)
check("each key of a manifest is told, and the nearest of one that is none", test_manifest)
check("each state of a plugin is told", test_states)
check("members of JSON are told", test_json)
check("mandoc and man find nothing to say", test_form)
check("pages are the same whenever they are made", test_same)
check("prose on what is gone is refused", test_stale)
check("man shows a page", test_by_man)
check("a page is shown without man", test_as_text)
check("pages are found beside the program", test_installed)
check("topics are listed, and the nearest one told", test_topics)
shutil.rmtree(HOME)
print(f"1..{len(results)}")
print("\n".join(results))
