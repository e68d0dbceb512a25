/* usher-python.h: services in Python, which a process of its interpreter runs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"
#include "usher-loader.h"

G_BEGIN_DECLS

/* @loader: (unowned): makes services of files in Python from now on, as this process is one of the interpreter's */
void usher_python_set_loader (UsherLoader *loader);
/* (nullable): NULL: this is a process without it */
UsherLoader *usher_python_get_loader (void);

/* whether @word of a command line is a file in Python, and not the name of a plugin */
gboolean usher_python_is_file (const char *word);
/* whether any plugin that runs with those that are named, or with NULL any at all, is in Python */
gboolean usher_python_is_among (UsherCatalog *catalog, const char *const *names);

/* (transfer full): the file of the program, which that of a process of the interpreter is not */
char *usher_python_dup_program (GError **error);

/* Does what the command line of this process says in a process of the interpreter, which takes the place of this one and has its
 * number. @plugins: the plugin folders. Returns only if that cannot be: UNAVAILABLE says why. */
gboolean usher_python_become (char *const *plugins, GError **error);

G_END_DECLS
