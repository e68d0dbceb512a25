/* usher-request-key.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-key-private.h"

#include "usher-error.h"

struct _UsherRequestKey
{
  char *name; /* (owned): user id, a colon, the client's key */
  char *hash; /* (owned): of path and body */
};

static char *
make_hash (UsherRequest *request)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  GBytes *body = usher_request_get_body (request);

  g_checksum_update (checksum, (const guchar *) usher_request_get_path (request), -1);
  g_checksum_update (checksum, (const guchar *) "\n", 1);
  if (body != NULL)
    g_checksum_update (checksum, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));

  return g_strdup (g_checksum_get_string (checksum));
}

UsherRequestKey *
usher_request_key_new (UsherRequest *request)
{
  UsherSession *session = usher_request_get_session (request);
  const char *key = usher_request_get_header (request, "Idempotency-Key");
  UsherRequestKey *self = NULL;

  if (key == NULL || session == NULL || !g_str_equal (usher_request_get_method (request), "POST"))
    return NULL;

  self = g_new0 (UsherRequestKey, 1);
  self->name = g_strconcat (usher_session_get_user_id (session), ":", key, NULL);
  self->hash = make_hash (request);

  return self;
}

void
usher_request_key_free (UsherRequestKey *self)
{
  g_free (self->name);
  g_free (self->hash);
  g_free (self);
}

static void
set_running_error (GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "A request with this Idempotency-Key is still running");
}

gboolean
usher_request_key_take (UsherRequestKey *self, UsherRunning *running, GError **error)
{
  if (usher_running_add (running, self->name))
    return TRUE;

  set_running_error (error);

  return FALSE;
}

void
usher_request_key_release (UsherRequestKey *self, UsherRunning *running)
{
  usher_running_remove (running, self->name);
}

/* Its process lives, so it goes on there. */
static gboolean
is_with_another (UsherStore *store, const UsherRequestRecord *record)
{
  return g_strcmp0 (record->owner, usher_store_get_owner (store)) != 0 &&
         usher_store_is_owner_alive (store, record->owner);
}

static void
give_answer (UsherReply *reply, UsherRequestRecord *record)
{
  usher_reply_reset (reply);
  usher_reply_set_status (reply, record->status);
  if (record->body != NULL)
    usher_reply_take_json (reply, g_steal_pointer (&record->body));
}

UsherKeyState
usher_request_key_check (UsherRequestKey *self,
                         UsherStore *store,
                         UsherReply *reply,
                         GError **error)
{
  g_autoptr (UsherRequestRecord) record = NULL;

  if (!usher_store_lookup_request (store, self->name, &record, error))
    {
      g_prefix_error (error, "idempotency key: ");
      return USHER_KEY_REFUSED;
    }

  if (record == NULL)
    return USHER_KEY_FRESH;

  if (g_strcmp0 (record->hash, self->hash) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_BUSY,
                   "This Idempotency-Key was used for another request");
      return USHER_KEY_REFUSED;
    }

  if (record->status != 0)
    {
      give_answer (reply, record);
      return USHER_KEY_ANSWERED;
    }

  if (is_with_another (store, record))
    {
      set_running_error (error);
      return USHER_KEY_REFUSED;
    }

  return USHER_KEY_ORPHANED;
}

void
usher_request_key_fill (UsherRequestKey *self, UsherStore *store, UsherCommit *commit)
{
  const char *owner = usher_store_get_owner (store);

  usher_commit_take_request (commit, usher_request_record_new (self->name, self->hash, owner));
}

void
usher_request_key_keep_answer (UsherReply *reply, UsherCommit *commit)
{
  GBytes *body = usher_reply_get_body (reply);
  char *text = NULL;

  if (body != NULL)
    text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  usher_commit_take_answer (commit, usher_reply_get_status (reply), text);
}
