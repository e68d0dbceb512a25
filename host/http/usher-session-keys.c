/* usher-session-keys.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-session-keys-private.h"

#include <sodium.h>
#include <string.h>

#include "usher-error.h"

/* a host looks through all of them for who comes with none */
#define MAX_KEYS 32
/* seconds; how far the clocks of machines may be apart */
#define LEEWAY 60
/* of a key in base64, with its `=` */
#define TEXT_SIZE 44
#define VARIANT   sodium_base64_VARIANT_ORIGINAL

struct _UsherSessionKeys
{
  gatomicrefcount ref_count;
  GPtrArray *keys; /* (owned) (element-type UsherSessionKey) */
};

static UsherSessionKeys *
keys_new (void)
{
  UsherSessionKeys *self = g_new0 (UsherSessionKeys, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_session_key_free);

  return self;
}

UsherSessionKeys *
usher_session_keys_ref (UsherSessionKeys *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_session_keys_unref (UsherSessionKeys *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->keys);
  g_free (self);
}

static UsherSessionKey *
get_key (UsherSessionKeys *self, guint index)
{
  return g_ptr_array_index (self->keys, index);
}

/* Behind those that begin no later: of two of one second the later line is the newer one. */
static void
insert (UsherSessionKeys *self, UsherSessionKey *key)
{
  guint index = self->keys->len;

  while (index > 0 &&
         usher_session_key_get_from (get_key (self, index - 1)) > usher_session_key_get_from (key))
    index--;
  g_ptr_array_insert (self->keys, (int) index, key);
}

static gboolean
refuse_line (guint number, GError **error)
{
  return usher_refuse (
      error,
      USHER_ERROR_CORRUPT,
      "line %u is no key of sessions: 32 bytes in base64, as “openssl rand -base64 "
      "32” prints them, and before them the second since 1970 from which on it signs",
      number);
}

/* @line: not empty, ends at @length */
static gboolean
parse_line (UsherSessionKeys *self, const char *line, gsize length, guint number, GError **error)
{
  guint8 bytes[USHER_SESSION_KEY_SIZE];
  const char *space = memchr (line, ' ', length);
  g_autofree char *time = g_strndup (line, space != NULL ? (gsize) (space - line) : 0);
  gsize skipped = space != NULL ? strlen (time) + 1 : 0;
  gsize size = 0;
  gint64 from = 0;

  if (space != NULL &&
      !g_ascii_string_to_signed (time, 10, 0, G_MAXINT32 * (gint64) 1000, &from, NULL))
    return refuse_line (number, error);
  if (sodium_base642bin (
          bytes, sizeof bytes, line + skipped, length - skipped, NULL, &size, NULL, VARIANT) != 0 ||
      size != sizeof bytes)
    return refuse_line (number, error);
  if (self->keys->len == MAX_KEYS)
    return usher_refuse (error,
                         USHER_ERROR_CORRUPT,
                         "there are more than %d keys of sessions",
                         MAX_KEYS);

  insert (self, usher_session_key_new (bytes, from));
  sodium_memzero (bytes, sizeof bytes);

  return TRUE;
}

static gboolean
parse_lines (UsherSessionKeys *self, const char *text, GError **error)
{
  for (guint number = 1; *text != '\0'; number++)
    {
      gsize length = strcspn (text, "\n");
      gsize end = length > 0 && text[length - 1] == '\r' ? length - 1 : length;

      if (end > 0 && *text != '#' && !parse_line (self, text, end, number, error))
        return FALSE;
      text += length + (text[length] == '\n');
    }

  return self->keys->len > 0 ||
         usher_refuse (error, USHER_ERROR_CORRUPT, "there is no key of sessions in it");
}

UsherSessionKeys *
usher_session_keys_parse (UsherSecret *secret, GError **error)
{
  g_autoptr (UsherSessionKeys) self = keys_new ();
  gsize size = 0;
  const guint8 *data = usher_secret_get_data (secret, &size);

  if (size == USHER_SESSION_KEY_SIZE)
    insert (self, usher_session_key_new (data, 0));
  else if (!parse_lines (self, (const char *) data, error))
    return NULL;

  return g_steal_pointer (&self);
}

UsherSessionKey *
usher_session_keys_get_signer (UsherSessionKeys *self, gint64 now)
{
  guint index = self->keys->len - 1;

  while (index > 0 && usher_session_key_get_from (get_key (self, index)) > now)
    index--;

  return get_key (self, index);
}

/* Whether a session that it signed may last: it signed until the next one began. */
static gboolean
is_live (UsherSessionKeys *self, guint index, gint64 now, gint64 lifetime)
{
  return index + 1 == self->keys->len ||
         usher_session_key_get_from (get_key (self, index + 1)) > now - lifetime - LEEWAY;
}

UsherSession *
usher_session_keys_read (UsherSessionKeys *self, const char *text, gint64 now, gint64 lifetime)
{
  for (guint i = self->keys->len; i > 0; i--)
    {
      UsherSession *session = NULL;

      if (is_live (self, i - 1, now / G_USEC_PER_SEC, lifetime / G_USEC_PER_SEC))
        session = usher_session_key_read (get_key (self, i - 1), text, now);
      if (session != NULL)
        return session;
    }

  return NULL;
}

/* Into guarded memory, and from @line into it alone. */
static char *
write_line (char *end, UsherSessionKey *key)
{
  end += g_snprintf (end, 32, "%" G_GINT64_FORMAT " ", usher_session_key_get_from (key));
  sodium_bin2base64 (
      end, TEXT_SIZE + 1, usher_session_key_get_bytes (key), USHER_SESSION_KEY_SIZE, VARIANT);
  end += TEXT_SIZE;
  *end = '\n';

  return end + 1;
}

static guint
count_live (UsherSessionKeys *self, gint64 now, gint64 lifetime)
{
  guint n = 0;

  for (guint i = 0; self != NULL && i < self->keys->len; i++)
    n += is_live (self, i, now, lifetime);

  return n;
}

UsherSecret *
usher_session_keys_rotate (UsherSessionKeys *self,
                           gint64 now,
                           gint64 from,
                           gint64 lifetime,
                           GError **error)
{
  g_autoptr (UsherSessionKey) key = NULL;
  guint8 bytes[USHER_SESSION_KEY_SIZE];
  char text[MAX_KEYS * (32 + TEXT_SIZE + 2)];
  char *end = text;
  UsherSecret *secret = NULL;

  if (count_live (self, now, lifetime) >= MAX_KEYS)
    {
      usher_refuse (error,
                    USHER_ERROR_BUSY,
                    "sessions of %d keys last, which is as many as there may be: rotate again when "
                    "some of them are over",
                    MAX_KEYS);
      return NULL;
    }

  randombytes_buf (bytes, sizeof bytes);
  key = usher_session_key_new (bytes, from);
  for (guint i = 0; self != NULL && i < self->keys->len; i++)
    if (is_live (self, i, now, lifetime))
      end = write_line (end, get_key (self, i));
  end = write_line (end, key);

  secret = usher_secret_new_bytes ((const guint8 *) text, (gsize) (end - text));
  sodium_memzero (text, sizeof text);
  sodium_memzero (bytes, sizeof bytes);

  return secret;
}
