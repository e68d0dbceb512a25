# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""files: the service that a file in Python has"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from gi.repository import GObject

from ._library import Usher
from .errors import Invalid, guard
from .service import Service


class Loader(GObject.Object, Usher.Loader):  # type: ignore[misc]
    """Makes the services of plugins in Python, for C."""

    def __init__(self, tell: Callable[[Service, str], None] | None = None) -> None:
        super().__init__()
        self._tell = tell

    def do_load(self, manifest: Any) -> Service:
        service = load_service(manifest.get_name(), manifest.get_module())
        if self._tell is not None:
            self._tell(service, manifest.get_module())
        return service


class Source(SourceFileLoader):
    """A file as it is now: bytecode that is kept says the second of an edit at best."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def load_service(name: str, path: str) -> Service:
    """Runs a file, and makes the service that it has; whatever it raises is an Error."""
    service: Service = guard(lambda: find_service(load_module(name, path), path)(), f"file “{path}” cannot be loaded")()
    return service


def load_module(name: str, path: str) -> ModuleType:
    """Runs a file. What lies beside it can be imported, after what is installed."""
    folder = str(Path(path).parent)
    if folder not in sys.path:
        sys.path.append(folder)
    called = "usher_service_" + name.replace("-", "_")
    spec = importlib.util.spec_from_file_location(called, path, loader=Source(called, path))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def find_service(module: ModuleType, path: str) -> type[Service]:
    classes = dict.fromkeys(each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Service))
    found = [each for each in classes if each.__module__ == module.__name__]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"“{each.__name__}”" for each in found) or "none"
    raise Invalid(f"file “{path}” wants one subclass of usher.Service, but has {names}")
