/* usher-request-key-private.h: a request that has an Idempotency-Key
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reply.h"
#include "usher-request.h"
#include "usher-running-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

typedef struct _UsherRequestKey UsherRequestKey;

/* what is known of a key */
typedef enum
{
  USHER_KEY_FRESH,
  USHER_KEY_ANSWERED, /* the reply is the first answer */
  USHER_KEY_ORPHANED, /* a run that failed or died between two steps left it: this one takes it over */
  USHER_KEY_REFUSED, /* BUSY: it was used for another request or runs elsewhere; or the store cannot be read */
} UsherKeyState;

/* @key: (out) (nullable): NULL: the request has none, or none that counts. FALSE with INVALID: it is malformed */
gboolean usher_request_key_read (UsherRequest *request, UsherRequestKey **key, GError **error);
void usher_request_key_free (UsherRequestKey *self);
/* FALSE with BUSY: it runs here already */
gboolean usher_request_key_take (UsherRequestKey *self, UsherRunning *running, GError **error);
void usher_request_key_release (UsherRequestKey *self, UsherRunning *running);
/* reads the store; @error is set where REFUSED */
UsherKeyState usher_request_key_check (UsherRequestKey *self,
                                       UsherStore *store,
                                       UsherReply *reply,
                                       GError **error);
/* the key is kept in the commit of @unit */
void usher_request_key_fill (UsherRequestKey *self, UsherStore *store, UsherCommit *commit);
/* (transfer full): says that nobody works on the answer any more, so that any copy may */
UsherCommit *usher_request_key_give_up (UsherRequestKey *self, UsherStore *store, gint64 now);
/* and with it the answer, unless it says “Cache-Control: no-store”: the key is given up then. @is_step: @commit is not the first */
void usher_request_key_keep_answer (UsherRequestKey *self,
                                    UsherStore *store,
                                    UsherReply *reply,
                                    gboolean is_step,
                                    UsherCommit *commit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRequestKey, usher_request_key_free)

G_END_DECLS
