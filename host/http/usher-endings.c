/* usher-endings.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-endings-private.h"

/* what is over by itself is looked for when there are this many, and again when there are twice as many */
#define FIRST_SWEEP 1024

typedef struct
{
  gboolean refused;
  gint64 before;  /* sessions that began earlier are over; 0: none */
  gint64 expires; /* the last of them by itself, too */
} User;

struct _UsherEndings
{
  UsherEndingSet *sessions; /* (owned) */
  GHashTable *users;        /* (owned) (element-type utf8 User) */
  guint n_refused;          /* of them */
  guint next_sweep;
};

UsherEndings *
usher_endings_new (void)
{
  UsherEndings *self = g_new0 (UsherEndings, 1);

  self->sessions = usher_ending_set_new ();
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->next_sweep = FIRST_SWEEP;

  return self;
}

void
usher_endings_free (UsherEndings *self)
{
  usher_ending_set_free (self->sessions);
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

  if (user->refused != refused)
    self->n_refused += refused ? 1 : -1;
  user->refused = refused;
  if (!refused && user->before == 0)
    g_hash_table_remove (self->users, user_id);
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
  return usher_ending_set_get_n (self->sessions) + g_hash_table_size (self->users);
}

static void
make_room (UsherEndings *self, gint64 now)
{
  if (count (self) < self->next_sweep)
    return;

  usher_ending_set_drop_past (self->sessions, now);
  g_hash_table_foreach_remove (self->users, is_past_user, &now);
  self->next_sweep = MAX (FIRST_SWEEP, 2 * count (self));
}

void
usher_endings_add (UsherEndings *self, const UsherEnding *endings, guint n, gint64 now)
{
  make_room (self, now);
  usher_ending_set_reserve (self->sessions, n);
  for (guint i = 0; i < n; i++)
    if (endings[i].expires > now)
      usher_ending_set_add (self->sessions, &endings[i]);
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

static gboolean
has_session (const UsherEndings *self, UsherSession *session)
{
  const char *text = usher_session_get_id (session);
  guint64 id[2];

  return text != NULL && usher_ending_set_get_n (self->sessions) > 0 &&
         usher_ending_parse_id (text, id) && usher_ending_set_has (self->sessions, id);
}

guint
usher_endings_get_n_sessions (const UsherEndings *self)
{
  return usher_ending_set_get_n (self->sessions);
}

guint
usher_endings_get_n_refused (const UsherEndings *self)
{
  return self->n_refused;
}

gboolean
usher_endings_has (const UsherEndings *self, UsherSession *session)
{
  const User *user = NULL;

  if (has_session (self, session))
    return TRUE;

  if (g_hash_table_size (self->users) == 0)
    return FALSE;

  user = g_hash_table_lookup (self->users, usher_session_get_user_id (session));

  return user != NULL && (user->refused || usher_session_get_issued (session) < user->before);
}
