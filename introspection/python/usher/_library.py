# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""_library: the library that belongs to this package, wherever both were moved to"""

from pathlib import Path

try:
    import gi
except ImportError as missing:
    raise ImportError(
        "usher needs PyGObject, which this Python has not: on Debian install the package python3-gi and use /usr/bin/python3"
    ) from missing


def find_folders(package: Path) -> list[Path]:
    """Where typelibs are beside an installed package; none in the tree of sources, where the environment tells."""
    libraries = [folder for folder in package.parents if folder.name in ("lib", "lib64")]
    return [found.parent for folder in libraries for pattern in ("", "*/") for found in folder.glob(pattern + "girepository-1.0/Usher-1.typelib")]


def load() -> None:
    gi.require_version("GIRepository", "2.0")
    from gi.repository import GIRepository

    for folder in find_folders(Path(__file__).resolve())[:1]:
        GIRepository.Repository.prepend_search_path(str(folder))
        GIRepository.Repository.prepend_library_path(str(folder.parent))
    try:
        gi.require_version("Usher", "1")
    except ValueError as missing:
        raise ImportError("usher finds no Usher-1.typelib: install Usher, or use “./develop exec” in its tree") from missing


load()

from gi.repository import Usher  # noqa: E402

__all__ = ["Usher"]
