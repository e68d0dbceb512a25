/* usher-secret.h: bytes that are for no eye
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_SECRET (usher_secret_get_type ())

typedef struct _UsherSecret UsherSecret;

USHER_API
GType usher_secret_get_type (void);
USHER_API
UsherSecret *usher_secret_new (const char *text);
USHER_API
UsherSecret *usher_secret_new_bytes (const guint8 *data, gsize size);
USHER_API
UsherSecret *usher_secret_ref (UsherSecret *self);
USHER_API
void usher_secret_unref (UsherSecret *self);
USHER_API
const char *usher_secret_get_text (UsherSecret *self);
USHER_API
const guint8 *usher_secret_get_data (UsherSecret *self, gsize *size);
USHER_API
gboolean usher_secret_equal (UsherSecret *self, UsherSecret *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSecret, usher_secret_unref)

G_END_DECLS
