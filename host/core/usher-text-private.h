/* usher-text-private.h: what of a text people see
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text is UTF-8 in all of them */

/* Drops what is blank at both ends: Unicode's White_Space, and the zero-width characters that mean nothing there. (transfer full) */
char *usher_text_trim (const char *text);
/* Whether a character draws something. Marks draw on others only, and fillers are letters that draw nothing. */
gboolean usher_text_is_visible (const char *text);
/* Whether it has control characters, line breaks among them */
gboolean usher_text_has_controls (const char *text);
/* (transfer full): begins as a sentence does */
char *usher_text_capitalize (const char *text);

G_END_DECLS
