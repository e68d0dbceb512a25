/* usher-session.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-session.h"

/**
 * UsherSession:
 *
 * Who asks: a user, and for how long that is believed.
 *
 * Immutable and reference counted; any thread.
 */
struct _UsherSession
{
  gatomicrefcount ref_count;

  char *id;      /* (owned) (nullable) */
  char *user_id; /* (owned) */
  char *email;   /* (owned) */
  gint64 issued;
  gint64 expires;
};

G_DEFINE_BOXED_TYPE (UsherSession, usher_session, usher_session_ref, usher_session_unref)

/**
 * usher_session_new:
 * @id: (nullable): what tells the session from all others
 * @user_id: the id of the user
 * @email: the e-mail address of the user
 * @issued: when it began, in microseconds since 1970
 * @expires: when it ends, in microseconds since 1970
 *
 * Makes a session. [method@Sessions.begin] makes one that begins now.
 *
 * Returns: (transfer full): the session
 */
UsherSession *
usher_session_new (const char *id,
                   const char *user_id,
                   const char *email,
                   gint64 issued,
                   gint64 expires)
{
  UsherSession *self = NULL;

  g_return_val_if_fail (user_id != NULL, NULL);
  g_return_val_if_fail (email != NULL, NULL);

  self = g_new0 (UsherSession, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->user_id = g_strdup (user_id);
  self->email = g_strdup (email);
  self->issued = issued;
  self->expires = expires;

  return self;
}

/**
 * usher_session_ref:
 * @self: a session
 *
 * Takes a reference.
 *
 * Returns: (transfer full): the session
 */
UsherSession *
usher_session_ref (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_session_unref:
 * @self: (transfer full): a session
 *
 * Drops a reference.
 */
void
usher_session_unref (UsherSession *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->id);
  g_free (self->user_id);
  g_free (self->email);
  g_free (self);
}

/**
 * usher_session_get_id:
 * @self: a session
 *
 * Gets what tells the session from all others: random, 32 hexadecimal digits, the `jti` of its token. An event that names
 * it on the channel of `[session] ended-channel` ends the session everywhere.
 *
 * Returns: (nullable): the id, `NULL` for a session of a version of the host that gave none
 */
const char *
usher_session_get_id (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * usher_session_get_user_id:
 * @self: a session
 *
 * Gets the id of the user.
 *
 * Returns: the id
 */
const char *
usher_session_get_user_id (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->user_id;
}

/**
 * usher_session_get_email:
 * @self: a session
 *
 * Gets the e-mail address that the user had when the session began.
 *
 * Returns: the address
 */
const char *
usher_session_get_email (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->email;
}

/**
 * usher_session_get_issued:
 * @self: a session
 *
 * Gets when the session began, to the microsecond; sessions of a version of the host that gave no id are known to the
 * second.
 *
 * Returns: microseconds since 1970
 */
gint64
usher_session_get_issued (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->issued;
}

/**
 * usher_session_get_expires:
 * @self: a session
 *
 * Gets when the session ends.
 *
 * Returns: microseconds since 1970
 */
gint64
usher_session_get_expires (UsherSession *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->expires;
}
