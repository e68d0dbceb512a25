/* usher-running.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-running-private.h"

struct _UsherRunning
{
  GMutex mutex;
  GHashTable *keys; /* (owned) (mutex mutex) */
  int n_open;       /* (atomic) */
};

UsherRunning *
usher_running_new (void)
{
  UsherRunning *self = g_new0 (UsherRunning, 1);

  g_mutex_init (&self->mutex);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
usher_running_free (UsherRunning *self)
{
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->keys);
  g_free (self);
}

gboolean
usher_running_add (UsherRunning *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_add (self->keys, g_strdup (key));
}

void
usher_running_remove (UsherRunning *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove (self->keys, key);
}

void
usher_running_enter (UsherRunning *self)
{
  g_atomic_int_inc (&self->n_open);
}

void
usher_running_leave (UsherRunning *self)
{
  g_atomic_int_add (&self->n_open, -1);
}

guint
usher_running_get_n_open (UsherRunning *self)
{
  return (guint) g_atomic_int_get (&self->n_open);
}
