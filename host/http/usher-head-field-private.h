/* usher-head-field-private.h: a field of a head, as it goes over a connection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* what is no line of its own is the caller's matter: neither may have an end of a line */
void usher_head_append_field (GString *head, const char *name, const char *value);
void usher_head_append_number (GString *head, const char *name, gsize number);

G_END_DECLS
