/* usher-kept-secret.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-kept-secret-private.h"

struct _UsherKeptSecret
{
  UsherSecrets *secrets; /* (owned) */
  char *name;            /* (owned) */
  GMutex mutex;
  UsherSecret *secret; /* (owned) (nullable) (mutex mutex) */
  guint64 mark;        /* (mutex mutex): of what was looked up last */
};

UsherKeptSecret *
usher_kept_secret_new (UsherSecrets *secrets, const char *name)
{
  UsherKeptSecret *self = g_new0 (UsherKeptSecret, 1);

  self->secrets = g_object_ref (secrets);
  self->name = g_strdup (name);
  g_mutex_init (&self->mutex);

  return self;
}

void
usher_kept_secret_free (UsherKeptSecret *self)
{
  g_object_unref (self->secrets);
  g_free (self->name);
  g_clear_pointer (&self->secret, usher_secret_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
look_again (UsherKeptSecret *self, guint64 mark)
{
  g_autoptr (GError) error = NULL;
  UsherSecret *secret = usher_secrets_lookup (self->secrets, self->name, &error);

  /* the mark is older than what was found, so what changes meanwhile is found, too */
  self->mark = mark;
  if (secret == NULL)
    {
      g_message ("secret “%s” stays as it was: %s", self->name, error->message);
      return;
    }

  usher_secret_unref (self->secret);
  self->secret = secret;
}

UsherSecret *
usher_kept_secret_dup (UsherKeptSecret *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint64 mark = usher_secrets_get_mark (self->secrets, self->name);

  if (self->secret == NULL)
    {
      self->secret = usher_secrets_lookup (self->secrets, self->name, error);
      self->mark = mark;
    }
  else if (mark != self->mark)
    look_again (self, mark);

  return self->secret != NULL ? usher_secret_ref (self->secret) : NULL;
}
