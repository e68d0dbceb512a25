/* usher-sessions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sessions.h"

#include <string.h>

#include "usher-endings-private.h"
#include "usher-session-source-private.h"
#include "usher-sessions-private.h"

#define MAX_TOKEN  4096
#define MAX_CACHED 4096
/* microseconds between looks whether the keys are others now */
#define LOOK_INTERVAL G_USEC_PER_SEC
/* how far the clocks of machines may be apart */
#define LEEWAY G_TIME_SPAN_MINUTE

/* A token that was verified. */
typedef struct
{
  UsherSession *session; /* (owned) */
  guint generation; /* (atomic): of the endings among which it was not; 0: it was not looked for */
} Known;

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
  UsherSessionSource *source; /* (owned) */
  gint64 looked;              /* (atomic): monotonic, when @source was looked at last */
  GMutex looking;             /* of one who looks and puts what he found into @keys */
  gboolean is_told;           /* (mutex looking): that they cannot be read */

  GRWLock lock;
  UsherSessionKeys *keys; /* (owned) (rwlock lock) */
  GHashTable *young;      /* (owned) (rwlock lock) (element-type utf8 Known) */
  GHashTable *old;        /* (owned) (rwlock lock) (element-type utf8 Known) */
  UsherEndings *endings;  /* (owned) (rwlock lock) */
  guint generation;       /* (rwlock lock): of @endings, another after each that came */
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

static void
known_free (gpointer data)
{
  Known *known = data;

  usher_session_unref (known->session);
  g_free (known);
}

static GHashTable *
cache_new (void)
{
  return g_hash_table_new_full (hash_token, equal_tokens, g_free, known_free);
}

static void
usher_sessions_finalize (GObject *object)
{
  UsherSessions *self = USHER_SESSIONS (object);

  g_clear_pointer (&self->source, usher_session_source_free);
  g_clear_pointer (&self->keys, usher_session_keys_unref);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->young, g_hash_table_unref);
  g_clear_pointer (&self->old, g_hash_table_unref);
  g_clear_pointer (&self->endings, usher_endings_free);
  g_mutex_clear (&self->looking);
  g_rw_lock_clear (&self->lock);

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
  g_mutex_init (&self->looking);
  g_rw_lock_init (&self->lock);
  self->young = cache_new ();
  self->old = cache_new ();
  self->endings = usher_endings_new ();
  self->generation = 1;
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
  g_return_val_if_fail (key_file != NULL, NULL);
  g_return_val_if_fail (lifetime >= G_USEC_PER_SEC, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return usher_sessions_open (usher_session_source_new (key_file, NULL), lifetime, clock, error);
}

UsherSessions *
usher_sessions_open (UsherSessionSource *source, gint64 lifetime, UsherClock *clock, GError **error)
{
  g_autoptr (UsherSessions) self = g_object_new (USHER_TYPE_SESSIONS, NULL);

  self->lifetime = lifetime;
  self->clock = g_object_ref (clock);
  self->source = source;
  self->looked = g_get_monotonic_time ();
  self->keys = usher_session_source_look (source, error);

  return self->keys != NULL ? g_steal_pointer (&self) : NULL;
}

static gint64
get_seconds (UsherSessions *self)
{
  return usher_clock_get_time (self->clock) / G_USEC_PER_SEC;
}

static UsherSessionKeys *
dup_keys (UsherSessions *self)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&self->lock);

  return usher_session_keys_ref (self->keys);
}

/* Sessions of a key that is gone are not to be known any more. Takes ownership of @keys. */
static void
set_keys (UsherSessions *self, UsherSessionKeys *keys)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&self->lock);

  usher_session_keys_unref (self->keys);
  self->keys = keys;
  g_hash_table_remove_all (self->young);
  g_hash_table_remove_all (self->old);
}

/* While they cannot be read, those that are known go on. */
static void
look_for_keys (UsherSessions *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->looking);
  g_autoptr (GError) error = NULL;
  UsherSessionKeys *keys = usher_session_source_look (self->source, &error);

  __atomic_store_n (&self->looked, g_get_monotonic_time (), __ATOMIC_RELAXED);
  if (error != NULL && !self->is_told)
    g_warning ("the keys of sessions stay as they are: %s", error->message);
  self->is_told = error != NULL;
  if (keys == NULL)
    return;

  g_message ("the keys of sessions are others now");
  set_keys (self, keys);
}

/* Before anything is believed of a key that somebody may have taken away. */
static void
look_now_and_then (UsherSessions *self)
{
  gint64 looked = __atomic_load_n (&self->looked, __ATOMIC_RELAXED);
  gint64 now = g_get_monotonic_time ();

  if (now - looked >= LOOK_INTERVAL &&
      __atomic_compare_exchange_n (
          &self->looked, &looked, now, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    look_for_keys (self);
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
  g_autoptr (UsherSessionKeys) keys = NULL;

  g_return_val_if_fail (USHER_IS_SESSIONS (self), NULL);
  g_return_val_if_fail (session != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  look_for_keys (self);
  keys = dup_keys (self);

  return usher_session_key_sign (usher_session_keys_get_signer (keys, get_seconds (self)),
                                 session,
                                 error);
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
  Known *known = g_new0 (Known, 1);

  known->session = usher_session_ref (session);
  g_rw_lock_writer_lock (&self->lock);
  if (g_hash_table_size (self->young) >= MAX_CACHED / 2)
    {
      forgotten = self->old;
      self->old = self->young;
      self->young = cache_new ();
    }
  g_hash_table_replace (self->young, g_strdup (text), known);
  g_rw_lock_writer_unlock (&self->lock);
}

/* Looks it up among the endings once after each that came; the lock is held. */
static gboolean
is_ended_since (UsherSessions *self, Known *known)
{
  if ((guint) g_atomic_int_get (&known->generation) == self->generation)
    return FALSE;

  if (usher_endings_has (self->endings, known->session))
    return TRUE;

  g_atomic_int_set (&known->generation, self->generation);

  return FALSE;
}

/* @is_new: (out): whether it is not among the young; @is_ended: (out): whether it was ended before its time */
static UsherSession *
find_cached (UsherSessions *self, const char *text, gboolean *is_new, gboolean *is_ended)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&self->lock);
  Known *known = g_hash_table_lookup (self->young, text);

  *is_new = known == NULL;
  if (known == NULL)
    known = g_hash_table_lookup (self->old, text);
  if (known == NULL)
    return NULL;

  *is_ended = is_ended_since (self, known);

  return usher_session_ref (known->session);
}

static UsherSession *
verify (UsherSessions *self, const char *text, gint64 now, gboolean *is_ended)
{
  g_autoptr (UsherSessionKeys) keys = dup_keys (self);
  UsherSession *session = usher_session_keys_read (keys, text, now, self->lifetime);
  g_autoptr (GRWLockReaderLocker) locker = NULL;

  /* another process may have signed it with a key that came a moment ago */
  if (session == NULL)
    {
      g_autoptr (UsherSessionKeys) fresh = NULL;

      look_for_keys (self);
      fresh = dup_keys (self);
      if (fresh != keys)
        session = usher_session_keys_read (fresh, text, now, self->lifetime);
    }
  if (session == NULL)
    return NULL;

  locker = g_rw_lock_reader_locker_new (&self->lock);
  *is_ended = usher_endings_has (self->endings, session);

  return session;
}

/* Where the setting was lowered, older sessions end earlier, too. */
static gboolean
is_now (UsherSessions *self, UsherSession *session, gint64 now)
{
  const gint64 issued = usher_session_get_issued (session);

  return usher_session_get_expires (session) > now && issued + self->lifetime > now &&
         issued <= now + LEEWAY;
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
  gboolean is_ended = FALSE;
  gint64 now = 0;

  g_return_val_if_fail (USHER_IS_SESSIONS (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  if (*token == '\0' || strlen (token) > MAX_TOKEN)
    return NULL;

  look_now_and_then (self);
  now = usher_clock_get_time (self->clock);
  session = find_cached (self, token, &is_new, &is_ended);
  if (session == NULL)
    session = verify (self, token, now, &is_ended);
  if (session == NULL || is_ended || !is_now (self, session, now))
    return NULL;

  if (is_new)
    keep (self, token, session);

  return g_steal_pointer (&session);
}

static void
set_refused (UsherSessions *self, const char *user_id, gboolean refused)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&self->lock);

  usher_endings_set_refused (self->endings, user_id, refused);
  self->generation++;
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

  set_refused (self, user_id, TRUE);
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

  set_refused (self, user_id, FALSE);
}

/**
 * usher_sessions_end:
 * @self: sessions
 * @id: the id of a session
 * @expires: when it would end by itself, in microseconds since 1970
 *
 * Ends a session before its time.
 */
void
usher_sessions_end (UsherSessions *self, const char *id, gint64 expires)
{
  UsherEnding ending = { .expires = expires };

  g_return_if_fail (USHER_IS_SESSIONS (self));
  g_return_if_fail (id != NULL);

  if (usher_ending_parse_id (id, ending.id))
    usher_sessions_end_many (self, &ending, 1);
}

void
usher_sessions_end_many (UsherSessions *self, const UsherEnding *endings, guint n)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&self->lock);

  usher_endings_add (self->endings, endings, n, usher_clock_get_time (self->clock));
  self->generation++;
}

/**
 * usher_sessions_end_all:
 * @self: sessions
 * @user_id: the id of a user
 * @before: until when they began, in microseconds since 1970
 * @expires: when the last of them would end by itself, in microseconds since 1970
 *
 * Ends all sessions of a user that began earlier than @before. One that begins in that very microsecond lives.
 */
void
usher_sessions_end_all (UsherSessions *self, const char *user_id, gint64 before, gint64 expires)
{
  g_autoptr (GRWLockWriterLocker) locker = NULL;

  g_return_if_fail (USHER_IS_SESSIONS (self));
  g_return_if_fail (user_id != NULL);

  locker = g_rw_lock_writer_locker_new (&self->lock);
  usher_endings_add_all (
      self->endings, user_id, before, expires, usher_clock_get_time (self->clock));
  self->generation++;
}

void
usher_sessions_count (UsherSessions *self, guint *n_ended, guint *n_refused)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&self->lock);

  *n_ended = usher_endings_get_n_sessions (self->endings);
  *n_refused = usher_endings_get_n_refused (self->endings);
}
