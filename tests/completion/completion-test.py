#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What real shells make of a command line and the tabulator: completion-test.py SHELL SCRIPTS LIB"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

SHELL, SCRIPTS, LIB = sys.argv[1:]
sys.path.insert(0, LIB)
from checks import check, expect, results  # pylint: disable=wrong-import-position

# seconds for the slowest machine
PATIENCE = 60
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


def make_home():
    """A folder with what can be completed: files, folders, a plugin beyond a space."""
    home = tempfile.mkdtemp(prefix="usher-completion-")
    os.makedirs(f"{home}/my plugins/counter")
    os.makedirs(f"{home}/empty")
    os.makedirs(f"{home}/config/usher")
    os.makedirs(f"{home}/bin")
    os.symlink(os.environ["USHER_TEST_PROGRAM"], f"{home}/bin/usher")
    with open(f"{home}/my plugins/counter/counter.plugin", "w", encoding="utf-8") as manifest:
        manifest.write("[Plugin]\nName=counter\nVersion=1.0.0\nABI=1\nDescription=Counts: all\n")
    for name in ("my settings.conf", "other.conf", "token"):
        with open(f"{home}/{name}", "w", encoding="utf-8"):
            pass
    with open(f"{home}/config/usher/usher.conf", "w", encoding="utf-8") as settings:
        settings.write("[profile-mine]\nprocesses=auth\n[profile-a$(echo x)]\nprocesses=auth\n")
    return home


def make_environment(home):
    program = os.environ["USHER_TEST_PROGRAM"]
    return {
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
        "PATH": os.path.dirname(program) + ":/usr/bin:/bin",
        "TERM": "dumb",
        "USHER_PLUGIN_PATH": os.environ["USHER_TEST_PLUGIN_DIR"],
        "XDG_CONFIG_HOME": f"{home}/config",
        "XDG_DATA_HOME": f"{home}/data",
    }


class Terminal:
    """A shell that believes that somebody types."""

    def __init__(self, command, setup):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(HOME)
            os.execvpe(command[0], command, ENVIRONMENT)
        self.pid = pid
        self.run(f"{setup}; show() {{ printf '<%s>' \"$@\"; }}")

    def run(self, keys, end=""):
        """Types, and the output until the line has been done and the next may be typed: before its prompt keys mean other things."""
        os.write(self.terminal, f"{keys}{end}; echo DO''NE\r".encode())
        deadline = time.monotonic() + PATIENCE
        said = ""
        while not re.search(r"DONE\r?\n[^$]*\$ ", said):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise AssertionError(f"no end of {keys!r}: {said!r}")
            said += os.read(self.terminal, 65536).decode(errors="replace")
        return said

    def complete(self, line, key="\t"):
        """The words that the line has become."""
        # the end is typed behind what was completed, and “show” before it
        said = self.run(f"{line}{key}\x01show \x05")
        return re.findall(r"<(.*?)>", said.split("DO''NE")[-1])


class Bash(Terminal):
    def __init__(self):
        super().__init__(
            ["bash", "--norc", "--noprofile", "-i"],
            "PS1='$ '; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; "
            f"bind 'set page-completions off'; . {BASH_COMPLETION}; . '{SCRIPTS}/usher.bash'")

    def list(self, line):
        return self.complete(line, "\x1b*")[line.count(" "):]


class Zsh(Terminal):
    def __init__(self):
        super().__init__(
            ["zsh", "-f", "-i"],
            f"PS1='$ '; unset zle_bracketed_paste; fpath=('{SCRIPTS}' $fpath); bindkey -e; "
            "autoload -U compinit; compinit -u -D; zle -C all complete-word _generic; bindkey '^Xa' all; "
            "zstyle ':completion:all:*' completer _all_matches _complete; "
            "zstyle ':completion:all:*' insert yes; setopt no_auto_menu no_auto_remove_slash no_beep")

    def list(self, line):
        return self.complete(line, "\x18a")[line.count(" "):]


class Fish:
    def ask(self, line):
        quoted = line.replace("\\", "\\\\").replace("'", "\\'")
        done = subprocess.run(
            ["fish", "-N", "-c", f"source '{SCRIPTS}/usher.fish'; complete -C '{quoted}'"],
            cwd=HOME, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.stderr:
            raise AssertionError(done.stderr)
        return done.stdout.splitlines()

    def list(self, line):
        return [answer.split("\t")[0] for answer in self.ask(line)]

    def complete(self, line):
        *head, last = line.split(" ")
        # what all have in front
        return head + [os.path.commonprefix(self.list(line)) or last]


def expect_words(line, *words):
    found = shell.complete(line)
    if found != list(words):
        raise AssertionError(f"{line!r} became {found}, not {list(words)}")


def expect_list(line, *words, without=()):
    found = shell.list(line)
    for word in words:
        if word not in found:
            raise AssertionError(f"{word!r} is not offered for {line!r}, but {found}")
    for word in without:
        if word in found:
            raise AssertionError(f"{word!r} is offered for {line!r}: {found}")


def test_commands():
    expect_words("usher sett", "usher", "settings")
    expect_list("usher ", "run", "up", "describe", "events", "help", without=("complete", "inventory"))
    expect_words("usher events repl", "usher", "events", "replay")
    expect_list("usher timers ", "list", "retry", "drop", without=("tail", "--json"))
    expect_list("usher help ", "conf", "plugin", "usher", "run")


def test_options():
    expect_words("usher run --plugins-o", "usher", "run", "--plugins-only")
    expect_list("usher up --", "--watch", "--profile", "--listen", "--help", without=("--leave-out", "--json"))
    expect_list("usher settings --json --", "--config", "--plugins", without=("--json",))
    expect_list("usher run --plugins empty --", "--plugins")
    expect_words("usher hub --prob", "usher", "hub", "--probe")


def test_services():
    expect_words("usher run expi", "usher", "run", "expiration")
    expect_list("usher run auth ", "orders", "tickets", without=("auth", "counter"))
    expect_list("usher placement explain ", "auth", "payments")
    expect_list("usher run --plugins-only --plugins empty ", without=("auth", "orders"))


def test_spaces():
    expect_words("usher run --plugins my\\ plugins coun", "usher", "run", "--plugins", "my plugins", "counter")


def test_quotes():
    expect_words("usher run --plugins \"my plugins\" coun", "usher", "run", "--plugins", "my plugins", "counter")
    expect_words("usher run --plugins='my plugins' coun", "usher", "run", "--plugins=my plugins", "counter")


def test_rest():
    expect_list("usher run -- ", "auth", "orders", without=("--help",))
    expect_words("usher run -- --plu", "usher", "run", "--", "--plu")


def test_files():
    expect_words("usher run --config other", "usher", "run", "--config", "other.conf")
    expect_words("usher run --config=other", "usher", "run", "--config=other.conf")
    expect_words("usher run --data emp", "usher", "run", "--data", "empty/")
    expect_words("usher run --data=emp", "usher", "run", "--data=empty/")
    expect_words("usher backup emp", "usher", "backup", "empty/")
    expect_words("usher run --data oth", "usher", "run", "--data", "oth")
    expect_words("usher run --listen unix:tok", "usher", "run", "--listen", "unix:token")


def test_odd_files():
    expect_words("usher run --config my\\ s", "usher", "run", "--config", "my settings.conf")
    expect_words("usher run --config 'my s", "usher", "run", "--config", "my settings.conf")
    expect_words("usher run --config=my\\ s", "usher", "run", "--config=my settings.conf")


def test_settings():
    expect_words("usher run -s orders.hold-s", "usher", "run", "-s", "orders.hold-seconds=")
    expect_words("usher run --set=host.stop-t", "usher", "run", "--set=host.stop-timeout=")
    expect_words("usher run --set log.lev", "usher", "run", "--set", "log.level=")
    expect_words("usher run -s http.access-log=tr", "usher", "run", "-s", "http.access-log=true")
    expect_words("usher run -s admin.token=file:tok", "usher", "run", "-s", "admin.token=file:token")
    expect_words("usher run --set=admin.token=fi", "usher", "run", "--set=admin.token=file:")
    expect_list("usher settings ", "http", "host", "orders")


def test_open_ends():
    """Where a word goes on, no space follows what was completed."""
    for line, word in (("usher run -s orders.hold-s", "orders.hold-seconds=60"),
                       ("usher run --listen un", "unix:60"),
                       ("usher run --data emp", "empty/60")):
        found = shell.complete(line, "\t60")[-1]
        if found != word:
            raise AssertionError(f"{line!r}, tabulator and 60 became {found}")
    if shell.complete("usher run expi", "\t60")[-1] != "60":
        raise AssertionError("no space follows a whole word")


def test_profiles():
    expect_list("usher up --profile ", "one", "pairs", "spread", "mine")
    expect_words("usher up --profile=spr", "usher", "up", "--profile=spread")


def test_nothing():
    expect_words("usher keys --member x", "usher", "keys", "--member", "x")
    expect_words("usher no-such-command x", "usher", "no-such-command", "x")


def test_home():
    expect_words("~/bin/usher sett", "~/bin/usher" if SHELL == "fish" else f"{HOME}/bin/usher", "settings")
    expect_words("~/no/usher sett", "~/no/usher" if SHELL == "fish" else f"{HOME}/no/usher", "sett")


def test_quoted_code():
    """In double quotes a shell runs what a name of somebody else's says."""
    found = shell.complete('usher up --profile "a', '\t"')
    if found != ["usher", "up", "--profile", "a"]:
        raise AssertionError(f"it became {found}")
    expect_words('usher up --profile "min', "usher", "up", "--profile", "mine")


def test_hanging():
    """A pipe is opened as soon as somebody writes to it."""
    os.mkfifo(f"{HOME}/pipe")
    expect_words("usher run --config pipe --set log.l", "usher", "run", "--config", "pipe", "--set", "log.l")
    os.remove(f"{HOME}/pipe")


def test_meanings():
    if SHELL == "zsh":
        said = re.sub(r"\s+", " ", shell.run("usher run --co\t\t\x04\x15true "))
        said += re.sub(r"\s+", " ", shell.run("usher t\x04\x15true "))
        said += re.sub(r"\s+", " ", shell.run("usher run --plugins 'my plugins' \x04\x15true "))
        expect(said, "Lists timers that are parked", "counter -- Counts: all")
    else:
        expect("\n".join(shell.ask("usher t")), "timers\tLists timers that are parked")
        expect("\n".join(shell.ask("usher run --plugins 'my plugins' c")), "counter\tCounts: all")
        expect("\n".join(shell.ask("usher run --conf")), "--config\t" + "Read settings from FILE")


if shutil.which(SHELL) is None or (SHELL == "bash" and not os.path.exists(BASH_COMPLETION)):
    print(f"1..0 # SKIP {SHELL} or its completion is not installed")
    sys.exit(0)

HOME = make_home()
ENVIRONMENT = make_environment(HOME)
shell = {"bash": Bash, "fish": Fish, "zsh": Zsh}[SHELL]()
check(f"{SHELL} completes commands and verbs", test_commands)
check(f"{SHELL} completes options, those that are given no more", test_options)
check(f"{SHELL} completes services that are found", test_services)
if SHELL != "fish":
    check(f"{SHELL} looks for plugins in folders with spaces", test_spaces)
    check(f"{SHELL} takes quotes off", test_quotes)
check(f"{SHELL} completes no options behind --", test_rest)
check(f"{SHELL} completes files and folders where they belong", test_files)
if SHELL != "fish":
    check(f"{SHELL} quotes what it completes", test_odd_files)
check(f"{SHELL} completes settings and their values", test_settings)
if SHELL != "fish":
    check(f"{SHELL} lets a word go on behind = and :", test_open_ends)
check(f"{SHELL} completes profiles", test_profiles)
check(f"{SHELL} leaves alone what nobody knows", test_nothing)
check(f"{SHELL} finds a program below the home", test_home)
if SHELL == "bash":
    check("bash offers nothing in quotes that would run there", test_quoted_code)
check(f"{SHELL} does not wait for what hangs", test_hanging)
if SHELL != "bash":
    check(f"{SHELL} tells what words mean", test_meanings)
shutil.rmtree(HOME)
print(f"1..{len(results)}")
print("\n".join(results))
