/* usher-endings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-endings-private.h"

#include <string.h>

#include "usher-session-key-private.h"

/* what is over by itself is looked for when there are this many, and again when there are twice as many */
#define FIRST_SWEEP 1024

/* The id is in front, so that another's text is a key to look it up. */
typedef struct
{
  char id[USHER_SESSION_ID_LENGTH]; /* without NUL */
  gint64 expires;
} Ending;

typedef struct
{
  gboolean refused;
  gint64 before;  /* sessions that began earlier are over; 0: none */
  gint64 expires; /* the last of them by itself, too */
} User;

struct _UsherEndings
{
  GHashTable *sessions; /* (owned) (element-type Ending): a set */
  GHashTable *users;    /* (owned) (element-type utf8 User) */
  guint next_sweep;
};

/* An id is random, so any part of it is a hash. */
static guint
hash_id (gconstpointer data)
{
  guint64 digits = 0;

  memcpy (&digits, data, sizeof digits);

  return (guint) ((digits * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static gboolean
equal_ids (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, USHER_SESSION_ID_LENGTH) == 0;
}

UsherEndings *
usher_endings_new (void)
{
  UsherEndings *self = g_new0 (UsherEndings, 1);

  self->sessions = g_hash_table_new_full (hash_id, equal_ids, g_free, NULL);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->next_sweep = FIRST_SWEEP;

  return self;
}

void
usher_endings_free (UsherEndings *self)
{
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->users);
  g_free (self);
}

static User *
ensure_user (UsherEndings *self, const char *user_id)
{
  User *user = g_hash_table_lookup (self->users, user_id);

  if (user == NULL)
    {
      user = g_new0 (User, 1);
      g_hash_table_insert (self->users, g_strdup (user_id), user);
    }

  return user;
}

void
usher_endings_set_refused (UsherEndings *self, const char *user_id, gboolean refused)
{
  User *user = refused ? ensure_user (self, user_id) : g_hash_table_lookup (self->users, user_id);

  if (user == NULL)
    return;

  user->refused = refused;
  if (!refused && user->before == 0)
    g_hash_table_remove (self->users, user_id);
}

static gboolean
is_past (gpointer key, gpointer value, gpointer now)
{
  return ((const Ending *) key)->expires <= *(const gint64 *) now;
}

static gboolean
is_past_user (gpointer key, gpointer value, gpointer now)
{
  const User *user = value;

  return !user->refused && user->expires <= *(const gint64 *) now;
}

static guint
count (const UsherEndings *self)
{
  return g_hash_table_size (self->sessions) + g_hash_table_size (self->users);
}

static void
make_room (UsherEndings *self, gint64 now)
{
  if (count (self) < self->next_sweep)
    return;

  g_hash_table_foreach_remove (self->sessions, is_past, &now);
  g_hash_table_foreach_remove (self->users, is_past_user, &now);
  self->next_sweep = MAX (FIRST_SWEEP, 2 * count (self));
}

void
usher_endings_add (UsherEndings *self, const char *id, gint64 expires, gint64 now)
{
  Ending *ending = NULL;

  if (strlen (id) != USHER_SESSION_ID_LENGTH || expires <= now)
    return;

  make_room (self, now);
  ending = g_new (Ending, 1);
  memcpy (ending->id, id, sizeof ending->id);
  ending->expires = expires;
  g_hash_table_replace (self->sessions, ending, ending);
}

void
usher_endings_add_all (UsherEndings *self,
                       const char *user_id,
                       gint64 before,
                       gint64 expires,
                       gint64 now)
{
  User *user = NULL;

  if (expires <= now)
    return;

  make_room (self, now);
  user = ensure_user (self, user_id);
  user->before = MAX (user->before, before);
  user->expires = MAX (user->expires, expires);
}

gboolean
usher_endings_has (const UsherEndings *self, UsherSession *session)
{
  const char *id = usher_session_get_id (session);
  const User *user = NULL;

  if (id != NULL && g_hash_table_size (self->sessions) > 0 &&
      g_hash_table_contains (self->sessions, id))
    return TRUE;

  if (g_hash_table_size (self->users) == 0)
    return FALSE;

  user = g_hash_table_lookup (self->users, usher_session_get_user_id (session));

  return user != NULL && (user->refused || usher_session_get_issued (session) < user->before);
}
