/* usher-mark.h: a place in the outbox of a store
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherMark:
 *
 * A place in the outbox of a store, right behind one event. Only the store that gave it knows what it says: others keep
 * it, compare it with another one and give it back. All zeros is the place before the first event.
 *
 * It is a value and copied as one. Two words hold a number, or the id of a document and the place of an event in it.
 */
typedef struct
{
  /*< private >*/
  guint64 words[2];
} UsherMark;

#define USHER_TYPE_MARK (usher_mark_get_type ())

USHER_API
GType usher_mark_get_type (void);
USHER_API
gboolean usher_mark_equal (const UsherMark *self, const UsherMark *other);

G_END_DECLS
