/* usher-session.h: who asks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_SESSION (usher_session_get_type ())

typedef struct _UsherSession UsherSession;

USHER_API
GType usher_session_get_type (void);
USHER_API
UsherSession *usher_session_new (const char *id,
                                 const char *user_id,
                                 const char *email,
                                 gint64 issued,
                                 gint64 expires);
USHER_API
UsherSession *usher_session_ref (UsherSession *self);
USHER_API
void usher_session_unref (UsherSession *self);
USHER_API
const char *usher_session_get_id (UsherSession *self);
USHER_API
const char *usher_session_get_user_id (UsherSession *self);
USHER_API
const char *usher_session_get_email (UsherSession *self);
USHER_API
gint64 usher_session_get_issued (UsherSession *self);
USHER_API
gint64 usher_session_get_expires (UsherSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSession, usher_session_unref)

G_END_DECLS
