# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""shell: Python's prompt with a host at hand, as “usher shell” starts it"""

from __future__ import annotations

import argparse
import code
import contextlib
import os
import sys
from typing import Any

import usher
from usher import errors

BANNER = """Usher, Python {python}. {what}

  host.request("GET", "/api/tickets").json     host.settle()
  host.publish("order:created", {{…}})           host.turn(minutes=15)
  host.events(), host.parked()                 help(host)
"""
REMOTE_BANNER = """Usher, Python {python}. {what}

  host.status()                                host.reload("tickets")
  host.parked(), host.replay(ID)               for event in host.tail(): print(event)
  host.ban(USER), host.backup("NAME")          help(host)
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="usher shell", description="Python's prompt with a host at hand: “host”, and “usher”.")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="plugins of a host of its own, on a temporary folder")
    parser.add_argument("--data", metavar="DIR", help="the data directory of that host, instead of a temporary one")
    parser.add_argument("--plugins", action="append", default=[], metavar="DIR", help="look for plugins here first")
    parser.add_argument("-s", dest="settings", action="append", default=[], metavar="GROUP.KEY=VALUE", help="a setting of that host")
    parser.add_argument("--real-time", action="store_true", help="let its time go on, instead of turning it by hand")
    parser.add_argument("--admin", metavar="ADDR:PORT", help="the host that runs there, instead of one of its own; the token is in USHER_ADMIN__TOKEN")
    return parser.parse_args(arguments)


def make_host(options: argparse.Namespace) -> usher.Host:
    settings = dict(each.split("=", 1) if "=" in each else (each, "") for each in options.settings)
    return usher.Host(
        *options.services,
        data=options.data,
        settings=settings,
        plugins=options.plugins,
        real_time=options.real_time,
    )


def interact(banner: str, host: Any) -> None:
    """Reads and does, until the end of the input. A script that is piped in runs as any."""
    names = {"__name__": "__main__", "host": host, "usher": usher}
    # what is beside whoever types, behind all else
    sys.path.append(os.getcwd())
    if not sys.stdin.isatty():
        exec(compile(sys.stdin.read(), "<standard input>", "exec"), names)
        return
    try:
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    except ImportError:
        pass
    code.interact(banner, local=names, exitmsg="")


def open_host(options: argparse.Namespace, stack: contextlib.ExitStack) -> tuple[str, Any]:
    """The text that begins, and the host."""
    python = sys.version.split()[0]
    if options.admin is None:
        what = f"“host” has {', '.join(options.services) or 'no services'}."
        return BANNER.format(python=python, what=what), stack.enter_context(make_host(options))
    if options.services or options.data or options.plugins or options.settings or options.real_time:
        raise errors.Invalid("--admin names a host that runs, which has its own services and settings")
    host = usher.connect(options.admin, os.environ.get("USHER_ADMIN__TOKEN"))
    return REMOTE_BANNER.format(python=python, what=f"“host” is the one at {options.admin}."), host


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    with contextlib.ExitStack() as stack:
        try:
            banner, host = open_host(options, stack)
        except usher.Error as error:
            print(f"usher shell: {error}", file=sys.stderr)
            return 1
        interact(banner, host)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
