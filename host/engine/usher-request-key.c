/* usher-request-key.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-key-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-request-private.h"

/* bytes of a client's key */
#define MAX_KEY 255

struct _UsherRequestKey
{
  char *name;   /* (owned): user id, a colon, the client's key */
  char *hash;   /* (owned): of path and body */
  char *former; /* (owned) (nullable): who left it without an answer */
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

static gboolean
is_sound (const char *key)
{
  gsize length = 0;

  while (length <= MAX_KEY && g_ascii_isprint (key[length]))
    length++;

  return length > 0 && length <= MAX_KEY && key[length] == '\0';
}

gboolean
usher_request_key_read (UsherRequest *request, UsherRequestKey **key, GError **error)
{
  UsherSession *session = usher_request_get_session (request);
  const char *text = usher_request_peek_header (request, USHER_HEADER_IDEMPOTENCY_KEY);

  if (text == NULL || session == NULL || !g_str_equal (usher_request_get_method (request), "POST"))
    return TRUE;

  if (!is_sound (text) || usher_request_has_twice (request, USHER_HEADER_IDEMPOTENCY_KEY))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "Idempotency-Key must be one field of 1 to %d printable ASCII characters",
                   MAX_KEY);
      return FALSE;
    }

  *key = g_new0 (UsherRequestKey, 1);
  (*key)->name = g_strconcat (usher_session_get_user_id (session), ":", text, NULL);
  (*key)->hash = make_hash (request);

  return TRUE;
}

void
usher_request_key_free (UsherRequestKey *self)
{
  g_free (self->name);
  g_free (self->hash);
  g_free (self->former);
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

  g_free (self->former);
  self->former = g_steal_pointer (&record->owner);

  return USHER_KEY_ORPHANED;
}

static void
fill (UsherRequestKey *self, UsherCommit *commit, const char *owner, const char *former)
{
  UsherRequestRecord *record = usher_request_record_new (self->name, self->hash, owner);

  record->former = g_strdup (former);
  usher_commit_take_request (commit, record);
}

void
usher_request_key_fill (UsherRequestKey *self, UsherStore *store, UsherCommit *commit)
{
  fill (self, commit, usher_store_get_owner (store), self->former);
}

UsherCommit *
usher_request_key_give_up (UsherRequestKey *self, UsherStore *store, gint64 now)
{
  UsherCommit *commit = usher_commit_new (now);

  fill (self, commit, NULL, usher_store_get_owner (store));

  return commit;
}

/* What is for no cache is not for a table either. */
static gboolean
may_be_stored (UsherReply *reply)
{
  const char *control = usher_reply_get_header (reply, "Cache-Control");

  return control == NULL || strstr (control, "no-store") == NULL;
}

void
usher_request_key_keep_answer (UsherRequestKey *self,
                               UsherStore *store,
                               UsherReply *reply,
                               gboolean is_step,
                               UsherCommit *commit)
{
  GBytes *body = usher_reply_get_body (reply);
  char *text = NULL;

  if (!may_be_stored (reply))
    {
      fill (self, commit, NULL, is_step ? usher_store_get_owner (store) : self->former);
      return;
    }

  if (body != NULL)
    text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  usher_commit_take_answer (commit, usher_reply_get_status (reply), text);
}
