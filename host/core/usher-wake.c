/* usher-wake.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-wake-private.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Of many who wake at once only the first pays for a system call. */
struct _UsherWake
{
  int fd;
  int is_awake; /* (atomic): it has been waked and has not looked yet */
};

UsherWake *
usher_wake_new (void)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  UsherWake *self = NULL;

  if (fd < 0)
    return NULL;

  self = g_atomic_rc_box_new0 (UsherWake);
  self->fd = fd;

  return self;
}

UsherWake *
usher_wake_ref (UsherWake *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  close (((UsherWake *) data)->fd);
}

void
usher_wake_unref (UsherWake *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

int
usher_wake_get_fd (UsherWake *self)
{
  return self->fd;
}

void
usher_wake_signal (UsherWake *self)
{
  guint64 one = 1;

  if (!g_atomic_int_compare_and_exchange (&self->is_awake, FALSE, TRUE))
    return;

  if (write (self->fd, &one, sizeof one) < 0)
    g_message ("a thread cannot be waked: %s", g_strerror (errno));
}

gboolean
usher_wake_take (UsherWake *self)
{
  guint64 ignored = 0;

  if (!g_atomic_int_get (&self->is_awake))
    return FALSE;

  /* whoever is about to write will wake it once more, and must find it as it is */
  if (read (self->fd, &ignored, sizeof ignored) > 0)
    g_atomic_int_set (&self->is_awake, FALSE);

  return TRUE;
}
