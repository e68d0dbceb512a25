/* usher-blame-private.h: whose code runs, should it crash the process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void usher_blame_begin (const char *plugin, const char *function);
void usher_blame_end (void);

G_END_DECLS
