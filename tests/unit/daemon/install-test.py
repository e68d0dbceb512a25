#!/usr/bin/python3
# install-test.py: what is installed finds itself wherever it is moved to, and a plugin out of the tree is built against it
#
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, sys.argv[1])

from checks import check, expect, results  # noqa: E402

SOURCES, BUILD, MESON, PREFIX, LIBDIR, RELOCATABLE, SANITIZE = sys.argv[2:]
KEPT = ("ASAN_OPTIONS", "G_DEBUG", "LC_ALL", "LSAN_OPTIONS", "PATH", "UBSAN_OPTIONS")

COUNTER = """
#include <usher.h>
#include <usher-orders-contract.h>

static gboolean
on_created (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
tell (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  usher_reply_set_status (reply, 202);

  return TRUE;
}

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_listener (context, USHER_ORDERS_CREATED, "counter-service", on_created, NULL, NULL);
  usher_context_add_route (context, "GET", "/counter", USHER_ROUTE_NONE, tell, NULL, NULL);

  return TRUE;
}

USHER_DEFINE_SERVICE ("counter", "1.0.0", configure)
"""
COUNTER_TEST = """
#include <usher-test.h>

static void
test_tell (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_user_get (usher_test_host_as (host, NULL), "/counter");

  usher_test_assert_status (reply, 202);
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);
  usher_test_add ("/counter/tell", "counter", test_tell);

  return g_test_run ();
}
"""
MANIFEST = "[Plugin]\nName=counter\nVersion=1.0.0\nABI=1\nRequires=orders\n"


def run(*command, status=0, **variables):
    """What it writes, on both streams, in an environment that names nothing of the build tree."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | variables
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(f"# {shlex.join(map(str, command))}\n# " + result.stdout.strip().replace("\n", "\n# "), flush=True)
    if result.returncode != status:
        raise AssertionError(f"{command[0]} ended with {result.returncode}, not {status}")
    return result.stdout


class Installed:
    """All that “meson install” puts into a prefix, moved from where it was installed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.prefix = self.folder / "moved away" / "usher"
        self.library = self.prefix / LIBDIR
        self.plugins = self.library / "usher-1" / "plugins"
        self.home = self.folder / "home"
        self.counter = self.folder / "counter"

    def install(self):
        stage = self.folder / "stage"
        run(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", stage)
        self.prefix.parent.mkdir()
        (stage / PREFIX.lstrip("/")).rename(self.prefix)
        shutil.rmtree(stage)
        self.home.mkdir()
        self.counter.mkdir()

    def usher(self, *arguments, status=0):
        return run(self.prefix / "bin" / "usher", *arguments, status=status, HOME=str(self.home))

    def list_plugins(self):
        rows = json.loads(self.usher("plugins", "--json"))["items"]
        return {row["name"]: (row["state"], row["folder"]) for row in rows}

    def compile(self, pkgconfig, *compiler):
        """What the compiler and the linker have read."""
        flags = shlex.split(run("pkg-config", "--cflags", "--libs", "usher-1", PKG_CONFIG_PATH=str(pkgconfig)))
        (self.counter / "counter.c").write_text(COUNTER)
        (self.counter / "counter.plugin").write_text(MANIFEST)
        compiler = compiler or ("gcc",)
        command = [*compiler, "-Wall", "-Werror", "-shared", "-fPIC", "-o", self.counter / "counter.so", self.counter / "counter.c"]
        read = run(*compiler, "-M", self.counter / "counter.c", *flags)
        read += run(*command, *flags, "-Wl,--trace").replace(" ", "\\ ")
        words = re.split(r"(?<!\\)\s+", read)
        return "\n".join(os.path.normpath(word.replace("\\ ", " ")) for word in words)


def check_paths(installed):
    files = [installed.prefix / "bin" / "usher", *installed.library.glob("libusher*.so.0"), *installed.plugins.glob("*.so")]
    if len(files) < 7:
        raise AssertionError(f"these are installed alone: {files}")
    for path in files:
        told = run("readelf", "-d", path)
        expect(told, "NEEDED", without=(SOURCES, BUILD, PREFIX + "/"))
        if "[libusher-1.so" in told.replace(f"soname: [{path.name}]", ""):
            expect(told, "RUNPATH", "[$ORIGIN")
    for path in (installed.library / "pkgconfig").glob("*.pc"):
        expect(path.read_text(), "pcfiledir", without=(SOURCES, BUILD, PREFIX + "/"))


def check_program(installed):
    expect(installed.usher("check", "--listen", "none", "--admin", "none"), "nothing is wrong\n")
    plugins = installed.list_plugins()
    if plugins != {name: ("configured", str(installed.plugins)) for name in ("auth", "expiration", "orders", "payments", "tickets")}:
        raise AssertionError(f"there are {plugins}")


def check_compiling(installed):
    read = installed.compile(installed.library / "pkgconfig")
    expect(read, str(installed.library / "libusher-1.so"), without=(SOURCES, BUILD))
    told = run("pkg-config", "--variable=pluginsdir", "usher-1", PKG_CONFIG_PATH=str(installed.library / "pkgconfig"))
    if os.path.normpath(shlex.split(told)[0]) != str(installed.plugins):
        raise AssertionError(f"pluginsdir is {told}")


def check_cplusplus(installed):
    """In C++ too the descriptor is seen, whatever else is hidden."""
    installed.compile(installed.library / "pkgconfig", "g++", "-x", "c++", "-std=c++17", "-fvisibility=hidden")
    expect(run("nm", "-D", installed.counter / "counter.so"), " D usher_plugin\n")


def check_testing(installed):
    """The plugin's own test finds it, and what it requires in the installed folder."""
    pkgconfig = str(installed.library / "pkgconfig")
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "usher-test-1", PKG_CONFIG_PATH=pkgconfig))
    program = installed.counter / "test-counter"
    program.with_suffix(".c").write_text(COUNTER_TEST)
    # a library with a sanitizer wants a program that begins with it
    flags += [f"-Wl,-rpath,{installed.library}", *([] if SANITIZE == "none" else [f"-fsanitize={SANITIZE}"])]
    run("gcc", "-Wall", "-Werror", "-o", program, program.with_suffix(".c"), *flags)
    expect(run(program, HOME=str(installed.home), USHER_TEST_PLUGIN_DIR=str(installed.counter)), "ok 1 ", without=("not ok",))


def check_compiling_uninstalled(installed):
    pkgconfig = f"{BUILD}/meson-uninstalled"
    read = installed.compile(pkgconfig)
    expect(read, f"{BUILD}/host/libusher-1.so", f"{BUILD}/host/usher.h", without=(str(installed.prefix),))
    told = run("pkg-config", "--variable=pluginsdir", "usher-1", PKG_CONFIG_PATH=pkgconfig)
    if told.strip() != f"{BUILD}/plugins":
        raise AssertionError(f"pluginsdir is {told}")


def check_run(installed, folder):
    """The plugin in a folder that nobody names serves beside those that it requires."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("counter.plugin", "counter.so"):
        shutil.copy(installed.counter / name, folder)
    if installed.list_plugins().get("counter") != ("configured", str(folder)):
        raise AssertionError(f"there are {installed.list_plugins()}")

    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"HOME": str(installed.home)}
    command = [installed.prefix / "bin" / "usher", "run", "--listen", "127.0.0.1:0", "--admin", "none"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as host:
        try:
            address = host.stdout.readline().removeprefix("listening on ").strip()
            with urllib.request.urlopen(f"{address}/counter", timeout=30) as answer:
                if answer.status != 202:
                    raise AssertionError(f"the plugin answers {answer.status}")
        finally:
            host.terminate()
    if host.returncode != 0:
        raise AssertionError(f"the host ended with {host.returncode}")
    for name in ("counter.plugin", "counter.so"):
        (folder / name).unlink()


def check_installed_folder(installed):
    check_run(installed, installed.plugins)


def check_own_folder(installed):
    check_run(installed, installed.home / ".local" / "share" / "usher" / "plugins")


def check_writable(installed):
    installed.plugins.chmod(0o777)
    expect(installed.usher("plugins", "--plugins", installed.counter, status=1), "is left out: everybody may write to it")
    installed.plugins.chmod(0o755)


def check_wrong_prefixes(installed):
    develop = f"{SOURCES}/develop"
    for wrong, words in {
        (): "install wants one folder, such as",
        ("",): "install wants one folder",
        ("--help",): "install wants one folder",
        ("a", "b"): "install wants one folder",
        ("a:b",): "without “:” in its name",
        ("a'b",): "without quotes",
        ('a"b',): "without quotes",
        ("a\\b",): "without quotes",
        (SOURCES,): "cannot be installed into",
        (f"{SOURCES}/develop/x",): "is no folder",
    }.items():
        expect(run(develop, "install", *wrong, status=2), words)
    expect(run(develop, "uninstall", installed.prefix, status=1), "nothing is installed by this")


def main():
    if RELOCATABLE != "true":
        print("1..0 # SKIP what is built here may not be moved: meson configure -Dpkgconfig.relocatable=true")
        return

    with tempfile.TemporaryDirectory(prefix="usher-install-") as folder:
        installed = Installed(folder)
        check("all is installed", installed.install)
        for name, func in {
            "nothing in it leads back to where it was built or installed": check_paths,
            "the program finds its library and plugins where it was moved to": check_program,
            "a plugin is compiled against it alone": check_compiling,
            "a plugin in C++ is compiled against it": check_cplusplus,
            "its test finds what it requires": check_testing,
            "it serves from the installed folder": check_installed_folder,
            "it serves from the user's folder": check_own_folder,
            "the installed folder is left out where anybody may write to it": check_writable,
            "a plugin is compiled against the build tree": check_compiling_uninstalled,
            "a folder that cannot be installed into is refused": check_wrong_prefixes,
        }.items():
            check(name, func, installed)
    print(f"1..{len(results)}", *results, sep="\n")


main()
