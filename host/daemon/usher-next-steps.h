/* usher-next-steps.h: what to type after a plugin was written
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Three lines for a shell: they work as they are, wherever this program and its library are. */
void usher_next_steps_print (const char *folder);
/* likewise of a plugin in Python, which is not built */
void usher_next_steps_print_python (const char *folder, const char *name);

G_END_DECLS
