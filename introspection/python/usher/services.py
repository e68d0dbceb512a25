# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""services: what a host is to run, by name, by path, or as an object"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from gi.repository import GLib

from ._library import Usher
from .errors import Invalid, log
from .files import load_service

SUFFIX = ".plugin"


def add_services(host: Any, services: Iterable[Any], folders: list[str]) -> list[str]:
    """Adds plugins with what they require, then the objects. Returns their names."""
    catalog = Usher.Catalog.new()
    wanted: list[str] = []
    objects: list[tuple[str, Any]] = []
    for service in services:
        if isinstance(service, (str, os.PathLike)):
            wanted.append(note_plugin(catalog, os.fspath(service)))
        else:
            objects.append((get_name(service), service))

    plugins = add_plugins(host, catalog, wanted, folders) if wanted else []
    for name, service in objects:
        host.add_service(name, service)
    return plugins + [name for name, _ in objects]


def note_plugin(catalog: Any, service: str) -> str:
    """The name of a plugin; a path of a manifest is looked at before all folders."""
    if os.sep not in service and not service.endswith(SUFFIX):
        return service
    if not os.path.isfile(service):
        raise Invalid(f"“{service}” is no file with the manifest of a plugin")
    catalog.scan(os.path.dirname(os.path.abspath(service)))
    name: str = Usher.Manifest.new_from_file(service).get_name()
    return name


def add_plugins(host: Any, catalog: Any, names: list[str], folders: list[str]) -> list[str]:
    paths, doubts = Usher.plugin_path_list(folders, False)
    for doubt in doubts:
        log(GLib.LogLevelFlags.LEVEL_MESSAGE, doubt)
    for path in paths:
        if os.path.isdir(path):
            catalog.scan(path)
        elif path in folders:
            raise Invalid(f"“{path}” is no folder with plugins")
    manifests = catalog.resolve(names)
    for manifest in manifests:
        host.add_service(manifest.get_name(), load(manifest))
    return [manifest.get_name() for manifest in manifests]


def load(manifest: Any) -> Any:
    return load_service(manifest.get_name(), manifest.get_module()) if manifest.is_python() else Usher.module_load(manifest)


def get_name(service: Any) -> str:
    """An object says its name itself, as a member, or is called after its class."""
    if not isinstance(service, Usher.Service):
        raise Invalid(f"{service!r:.100} is no service: a name, a path of a manifest, or an object that implements Usher.Service")
    return str(getattr(service, "name", None) or type(service).__name__.lower())
