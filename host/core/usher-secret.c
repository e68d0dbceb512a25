/* usher-secret.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-secret-private.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

/**
 * UsherSecret:
 *
 * Bytes that are for no eye, in memory of their own: it is not swapped out, not in a core dump, between pages that nobody may
 * touch, cannot be written to, and is cleared when the last reference goes (libsodium's guarded memory).
 *
 * Whoever copies them out of it answers for the copy. Immutable and reference counted; any thread.
 */
struct _UsherSecret
{
  gatomicrefcount ref_count;

  guint8 *data; /* (owned): @size bytes and a zero */
  gsize size;
  gboolean
      is_guarded; /* where the system gives no such memory, it is ordinary, and cleared all the same */
};

G_DEFINE_BOXED_TYPE (UsherSecret, usher_secret, usher_secret_ref, usher_secret_unref)

/* room for @size bytes and a zero, to be filled and sealed */
static UsherSecret *
make_room (gsize size)
{
  UsherSecret *self = g_new0 (UsherSecret, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  self->data = sodium_init () >= 0 ? sodium_malloc (size + 1) : NULL;
  self->is_guarded = self->data != NULL;
  if (!self->is_guarded)
    self->data = g_malloc (size + 1);

  return self;
}

static UsherSecret *
seal (UsherSecret *self)
{
  self->data[self->size] = '\0';
  if (self->is_guarded)
    sodium_mprotect_readonly (self->data);

  return self;
}

/**
 * usher_secret_new:
 * @text: a text
 *
 * Copies a text into guarded memory. The caller clears his own.
 *
 * Returns: (transfer full): the secret
 */
UsherSecret *
usher_secret_new (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return usher_secret_new_bytes ((const guint8 *) text, strlen (text));
}

/**
 * usher_secret_new_bytes:
 * @data: (array length=size): bytes
 * @size: how many
 *
 * Copies bytes into guarded memory. The caller clears his own.
 *
 * Returns: (transfer full): the secret
 */
UsherSecret *
usher_secret_new_bytes (const guint8 *data, gsize size)
{
  UsherSecret *self = NULL;

  g_return_val_if_fail (data != NULL || size == 0, NULL);

  self = make_room (size);
  if (size > 0)
    memcpy (self->data, data, size);

  return seal (self);
}

/**
 * usher_secret_ref:
 * @self: a secret
 *
 * Takes a reference.
 *
 * Returns: (transfer full): the secret
 */
UsherSecret *
usher_secret_ref (UsherSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_secret_unref:
 * @self: (transfer full): a secret
 *
 * Drops a reference; the last one clears the bytes.
 */
void
usher_secret_unref (UsherSecret *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->is_guarded)
    sodium_free (self->data);
  else
    {
      sodium_memzero (self->data, self->size);
      g_free (self->data);
    }
  g_free (self);
}

/**
 * usher_secret_get_text:
 * @self: a secret
 *
 * Gets the bytes as a text, which ends at the first zero.
 *
 * Returns: the text, which lives as long as @self
 */
const char *
usher_secret_get_text (UsherSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *) self->data;
}

/**
 * usher_secret_get_data:
 * @self: a secret
 * @size: (out): how many
 *
 * Gets the bytes.
 *
 * Returns: (array length=size): the bytes, which live as long as @self
 */
const guint8 *
usher_secret_get_data (UsherSecret *self, gsize *size)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (size != NULL, NULL);

  *size = self->size;

  return self->data;
}

/**
 * usher_secret_equal:
 * @self: a secret
 * @other: another one
 *
 * Compares two secrets in a time that depends on their sizes alone.
 *
 * Returns: whether they have the same bytes
 */
gboolean
usher_secret_equal (UsherSecret *self, UsherSecret *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return self->size == other->size && sodium_memcmp (self->data, other->data, self->size) == 0;
}

UsherSecret *
usher_secret_read (int fd)
{
  g_autoptr (UsherSecret) room = make_room (USHER_SECRET_MAX + 1);
  gsize size = 0;

  while (size <= USHER_SECRET_MAX)
    {
      gssize n = read (fd, room->data + size, USHER_SECRET_MAX + 1 - size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        return usher_secret_new_bytes (room->data, size);
      size += (gsize) n;
    }

  errno = EFBIG;

  return NULL;
}

UsherSecret *
usher_secret_trim (UsherSecret *secret)
{
  g_autoptr (UsherSecret) whole = secret;
  gsize size = whole->size;

  while (size > 0 && (whole->data[size - 1] == '\n' || whole->data[size - 1] == '\r'))
    size--;

  return size == whole->size ? g_steal_pointer (&whole)
                             : usher_secret_new_bytes (whole->data, size);
}
