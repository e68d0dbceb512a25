/* usher-request-record.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-record.h"

G_DEFINE_BOXED_TYPE (UsherRequestRecord,
                     usher_request_record,
                     usher_request_record_copy,
                     usher_request_record_free)

/**
 * usher_request_record_new:
 * @key: the id of the user, a colon, the client's key
 * @hash: (nullable): the hash of what is asked
 * @owner: (nullable): which opening of the store runs the request, `NULL`: none does any more
 *
 * Makes a record of a request that is not answered yet.
 *
 * Returns: (transfer full): the record
 */
UsherRequestRecord *
usher_request_record_new (const char *key, const char *hash, const char *owner)
{
  UsherRequestRecord *self = NULL;

  g_return_val_if_fail (key != NULL, NULL);

  self = g_new0 (UsherRequestRecord, 1);
  self->key = g_strdup (key);
  self->hash = g_strdup (hash);
  self->owner = g_strdup (owner);

  return self;
}

/**
 * usher_request_record_copy:
 * @self: a record
 *
 * Copies a record and its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherRequestRecord *
usher_request_record_copy (UsherRequestRecord *self)
{
  UsherRequestRecord *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = usher_request_record_new (self->key, self->hash, self->owner);
  copy->status = self->status;
  copy->body = g_strdup (self->body);
  copy->time = self->time;
  copy->former = g_strdup (self->former);

  return copy;
}

/**
 * usher_request_record_free:
 * @self: (transfer full): a record
 *
 * Frees a record and its strings.
 */
void
usher_request_record_free (UsherRequestRecord *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->key);
  g_free (self->hash);
  g_free (self->owner);
  g_free (self->former);
  g_free (self->body);
  g_free (self);
}
