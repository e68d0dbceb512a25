/* usher-type-owners-private.h: which plugin has which types
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All types that are there and are nobody's are @owner's from now on. NULL: the host's */
void usher_type_owners_note (const char *owner);
/* (transfer full) (nullable): what is wrong and the way out, if @message is GLib's of a type whose name is taken */
char *usher_type_owners_explain (const char *message);

G_END_DECLS
