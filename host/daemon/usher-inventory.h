/* usher-inventory.h: all that the program knows of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For data/manual/make-pages.py: “usher inventory” prints commands, options, settings, and what a manifest may say, as JSON. Returns the
 * exit status. */
int usher_take_inventory (void);

G_END_DECLS
