/* usher-lines.h: the lines that another process writes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @line: without its end; one that is too long comes in pieces. NULL: that was all, and the last call */
typedef void (*UsherLineFunc) (const char *line, gpointer user_data);

/* reads on in the main context of the caller, in bounded memory, whatever is written */
void usher_lines_read (GInputStream *stream, UsherLineFunc func, gpointer user_data);

G_END_DECLS
