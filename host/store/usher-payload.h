/* usher-payload.h: the payload of an event, built member by member
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_PAYLOAD (usher_payload_get_type ())

typedef struct _UsherPayload UsherPayload;

USHER_API
GType usher_payload_get_type (void);
USHER_API
UsherPayload *usher_payload_ref (UsherPayload *self);
USHER_API
void usher_payload_unref (UsherPayload *self);

USHER_API
void usher_payload_set_string (UsherPayload *self, const char *name, const char *value);
USHER_API
void usher_payload_set_integer (UsherPayload *self, const char *name, gint64 value);
USHER_API
void usher_payload_set_money (UsherPayload *self, const char *name, gint64 minor_units);
USHER_API
void usher_payload_set_time (UsherPayload *self, const char *name, gint64 time);
USHER_API
void usher_payload_set_boolean (UsherPayload *self, const char *name, gboolean value);
USHER_API
void usher_payload_set_json (UsherPayload *self, const char *name, const char *json_text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherPayload, usher_payload_unref)

G_END_DECLS
