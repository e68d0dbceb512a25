/* usher-sessions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sessions.h"

#include <string.h>

#include "usher-session-key-private.h"
#include "usher-sessions-private.h"

#define MAX_TOKEN  4096
#define MAX_CACHED 4096
/* how far the clocks of machines may be apart */
#define LEEWAY G_TIME_SPAN_MINUTE

/**
 * UsherSessions:
 *
 * Makes, reads and refuses session tokens: JWT, signed with HS256 and nothing else, with `sub`, `email`, `iat`, `exp`
 * and `jti`; `begun` is `iat` to the microsecond.
 *
 * Tokens that were verified are kept, so a client that comes again costs a look-up; whether the session has
 * ended or its user is refused is asked every time. Any thread.
 */
struct _UsherSessions
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  gint64 lifetime;
  UsherSessionKey *key; /* (owned) */

  GRWLock cache_lock;
  GHashTable *young; /* (owned) (rwlock cache_lock) (element-type utf8 UsherSession) */
  GHashTable *old;   /* (owned) (rwlock cache_lock) (element-type utf8 UsherSession) */

  GRWLock revoked_lock;
  GHashTable *revoked; /* (owned) (rwlock revoked_lock) (element-type utf8) */
  int n_revoked;       /* (atomic) */
};

G_DEFINE_FINAL_TYPE (UsherSessions, usher_sessions, G_TYPE_OBJECT)

/* The end of a token is the end of its signature: as good as random, so it is the hash. */
static guint
hash_token (gconstpointer data)
{
  const char *token = data;
  gsize length = strlen (token);
  guint32 hash = 0;

  if (length >= 12)
    memcpy (&hash, token + length - 12, sizeof hash);

  return hash;
}

/* Takes as long whatever differs; sodium_memcmp() does so too, but byte by byte, and this is in every request. */
static gboolean
equal_tokens (gconstpointer a, gconstpointer b)
{
  const char *token = a;
  const char *other = b;
  gsize length = strlen (token);
  guint64 difference = 0;
  gsize i = 0;

  if (strlen (other) != length)
    return FALSE;

  for (; i + sizeof difference <= length; i += sizeof difference)
    {
      guint64 x = 0;
      guint64 y = 0;

      memcpy (&x, token + i, sizeof x);
      memcpy (&y, other + i, sizeof y);
      difference |= x ^ y;
    }
  for (; i < length; i++)
    difference |= (guint64) (guchar) (token[i] ^ other[i]);

  return difference == 0;
}

static GHashTable *
cache_new (void)
{
  return g_hash_table_new_full (hash_token,
                                equal_tokens,
                                g_free,
                                (GDestroyNotify) usher_session_unref);
}

static void
usher_sessions_finalize (GObject *object)
{
  UsherSessions *self = USHER_SESSIONS (object);

  g_clear_pointer (&self->key, usher_session_key_free);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->young, g_hash_table_unref);
  g_clear_pointer (&self->old, g_hash_table_unref);
  g_clear_pointer (&self->revoked, g_hash_table_unref);
  g_rw_lock_clear (&self->cache_lock);
  g_rw_lock_clear (&self->revoked_lock);

  G_OBJECT_CLASS (usher_sessions_parent_class)->finalize (object);
}

static void
usher_sessions_class_init (UsherSessionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_sessions_finalize;
}

static void
usher_sessions_init (UsherSessions *self)
{
  g_rw_lock_init (&self->cache_lock);
  g_rw_lock_init (&self->revoked_lock);
  self->young = cache_new ();
  self->old = cache_new ();
  self->revoked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * usher_sessions_new:
 * @key_file: (type filename): where the key is; made with mode 0600 and a random key when it is missing
 * @lifetime: how many microseconds a session lasts, whole seconds
 * @clock: the clock
 * @error: return location for a [error@Error]
 *
 * Reads the key with which sessions are signed.
 *
 * Returns: (transfer full): the sessions, or `NULL`: `USHER_ERROR_FORBIDDEN` when others can read the file,
 *   `USHER_ERROR_CORRUPT` when it is no key, `USHER_ERROR_UNAVAILABLE` and `USHER_ERROR_FULL` when it
 *   cannot be read or made
 */
UsherSessions *
usher_sessions_new (const char *key_file, gint64 lifetime, UsherClock *clock, GError **error)
{
  g_autoptr (UsherSessions) self = NULL;

  g_return_val_if_fail (key_file != NULL, NULL);
  g_return_val_if_fail (lifetime >= G_USEC_PER_SEC, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (USHER_TYPE_SESSIONS, NULL);
  self->lifetime = lifetime;
  self->clock = g_object_ref (clock);
  self->key = usher_session_key_new (key_file, error);

  return self->key != NULL ? g_steal_pointer (&self) : NULL;
}

static gint64
get_seconds (UsherSessions *self)
{
  return usher_clock_get_time (self->clock) / G_USEC_PER_SEC;
}

/**
 * usher_sessions_begin:
 * @self: sessions
 * @user_id: the id of a user
 * @email: the e-mail address of the user
 *
 * Makes a session that begins now.
 *
 * Returns: (transfer full): the session
 */
UsherSession *
usher_sessions_begin (UsherSessions *self, const char *user_id, const char *email)
{
  g_autofree char *id = NULL;
  gint64 now = 0;

  g_return_val_if_fail (USHER_IS_SESSIONS (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  g_return_val_if_fail (email != NULL, NULL);

  id = usher_session_key_make_id ();
  now = usher_clock_get_time (self->clock);

  /* a token ends at a whole second, so a session does, too */
  return usher_session_new (id, user_id, email, now, now - now % G_USEC_PER_SEC + self->lifetime);
}

/**
 * usher_sessions_make_token:
 * @self: sessions
 * @session: a session
 * @error: return location for a [error@Error]
 *
 * Signs a session.
 *
 * Returns: (transfer full): the token, or `NULL` with `USHER_ERROR_FAILED`
 */
char *
usher_sessions_make_token (UsherSessions *self, UsherSession *session, GError **error)
{
  g_return_val_if_fail (USHER_IS_SESSIONS (self), NULL);
  g_return_val_if_fail (session != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return usher_session_key_sign (self->key, session, error);
}

char *
usher_sessions_make_cookie (UsherSessions *self,
                            UsherSession *session,
                            gboolean secure,
                            GError **error)
{
  g_autofree char *token = NULL;
  gint64 left = 0;

  if (session != NULL)
    {
      token = usher_sessions_make_token (self, session, error);
      if (token == NULL)
        return NULL;
      left = MAX (0, usher_session_get_expires (session) / G_USEC_PER_SEC - get_seconds (self));
    }

  return g_strdup_printf ("session=%s; Path=/; Max-Age=%" G_GINT64_FORMAT
                          "; HttpOnly; SameSite=Lax%s",
                          token != NULL ? token : "",
                          left,
                          secure ? "; Secure" : "");
}

/* When the young ones are many, they become the old ones, and the old ones are forgotten: a token in use is
 * moved back among the young. */
static void
keep (UsherSessions *self, const char *text, UsherSession *session)
{
  g_autoptr (GHashTable) forgotten = NULL;

  g_rw_lock_writer_lock (&self->cache_lock);
  if (g_hash_table_size (self->young) >= MAX_CACHED / 2)
    {
      forgotten = self->old;
      self->old = self->young;
      self->young = cache_new ();
    }
  g_hash_table_replace (self->young, g_strdup (text), usher_session_ref (session));
  g_rw_lock_writer_unlock (&self->cache_lock);
}

static UsherSession *
find_cached (UsherSessions *self, const char *text, gboolean *is_old)
{
  UsherSession *session = NULL;

  g_rw_lock_reader_lock (&self->cache_lock);
  session = g_hash_table_lookup (self->young, text);
  *is_old = session == NULL;
  if (session == NULL)
    session = g_hash_table_lookup (self->old, text);
  if (session != NULL)
    usher_session_ref (session);
  g_rw_lock_reader_unlock (&self->cache_lock);

  return session;
}

static gboolean
is_revoked (UsherSessions *self, UsherSession *session)
{
  g_autoptr (GRWLockReaderLocker) locker = NULL;

  if (g_atomic_int_get (&self->n_revoked) == 0)
    return FALSE;

  locker = g_rw_lock_reader_locker_new (&self->revoked_lock);

  return g_hash_table_contains (self->revoked, usher_session_get_user_id (session));
}

/**
 * usher_sessions_read_token:
 * @self: sessions
 * @token: what a client sent
 *
 * Reads a token.
 *
 * Returns: (transfer full) (nullable): the session, `NULL` for anything but a good token, not ended, of a user
 *   who is not refused
 */
UsherSession *
usher_sessions_read_token (UsherSessions *self, const char *token)
{
  g_autoptr (UsherSession) session = NULL;
  gboolean is_new = FALSE;
  gint64 now = 0;

  g_return_val_if_fail (USHER_IS_SESSIONS (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  if (*token == '\0' || strlen (token) > MAX_TOKEN)
    return NULL;

  now = usher_clock_get_time (self->clock);
  session = find_cached (self, token, &is_new);
  if (session == NULL)
    session = usher_session_key_read (self->key, token, now);
  if (session == NULL || usher_session_get_expires (session) <= now ||
      usher_session_get_issued (session) > now + LEEWAY || is_revoked (self, session))
    return NULL;

  if (is_new)
    keep (self, token, session);

  return g_steal_pointer (&session);
}

/**
 * usher_sessions_revoke:
 * @self: sessions
 * @user_id: the id of a user
 *
 * Refuses all sessions of a user from now on, those issued already too.
 */
void
usher_sessions_revoke (UsherSessions *self, const char *user_id)
{
  g_return_if_fail (USHER_IS_SESSIONS (self));
  g_return_if_fail (user_id != NULL);

  g_rw_lock_writer_lock (&self->revoked_lock);
  g_hash_table_add (self->revoked, g_strdup (user_id));
  g_atomic_int_set (&self->n_revoked, (int) g_hash_table_size (self->revoked));
  g_rw_lock_writer_unlock (&self->revoked_lock);
}

/**
 * usher_sessions_restore:
 * @self: sessions
 * @user_id: the id of a user
 *
 * Accepts the sessions of a user again.
 */
void
usher_sessions_restore (UsherSessions *self, const char *user_id)
{
  g_return_if_fail (USHER_IS_SESSIONS (self));
  g_return_if_fail (user_id != NULL);

  g_rw_lock_writer_lock (&self->revoked_lock);
  g_hash_table_remove (self->revoked, user_id);
  g_atomic_int_set (&self->n_revoked, (int) g_hash_table_size (self->revoked));
  g_rw_lock_writer_unlock (&self->revoked_lock);
}
