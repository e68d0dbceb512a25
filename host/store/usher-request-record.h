/* usher-request-record.h: an idempotency key and its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherRequestRecord:
 * @key: (not nullable): the id of the user, a colon, the client's key
 * @hash: (nullable): the hash of what was asked
 * @owner: (nullable): which opening of the store runs the request, see [method@Store.get_owner]; `NULL`: none, it was given up
 * @status: the status of the answer, 0 when it is not answered yet
 * @body: (nullable): the body of the answer
 * @time: when it was kept, wall time in microseconds
 * @former: (nullable): in a commit: whose record, without an answer, it takes over; `NULL`: one that was given up
 *
 * An idempotency key as a store keeps it. The record owns its strings.
 */
typedef struct
{
  char *key;
  char *hash;
  char *owner;
  guint status;
  char *body;
  gint64 time;
  char *former;
} UsherRequestRecord;

#define USHER_TYPE_REQUEST_RECORD (usher_request_record_get_type ())

USHER_API
GType usher_request_record_get_type (void);
USHER_API
UsherRequestRecord *usher_request_record_new (const char *key, const char *hash, const char *owner);
USHER_API
UsherRequestRecord *usher_request_record_copy (UsherRequestRecord *self);
USHER_API
void usher_request_record_free (UsherRequestRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRequestRecord, usher_request_record_free)

G_END_DECLS
