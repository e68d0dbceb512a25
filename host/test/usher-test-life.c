/* usher-test-life.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-life-private.h"

#include <usher-host.h>

struct _UsherTestLife
{
  gint has_ended; /* (atomic) */
};

UsherTestLife *
usher_test_life_new (void)
{
  return g_atomic_rc_box_new0 (UsherTestLife);
}

UsherTestLife *
usher_test_life_ref (UsherTestLife *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
usher_test_life_unref (UsherTestLife *self)
{
  g_atomic_rc_box_release (self);
}

void
usher_test_life_end (UsherTestLife *self)
{
  g_atomic_int_set (&self->has_ended, TRUE);
}

gboolean
usher_test_life_has_ended (UsherTestLife *self)
{
  return g_atomic_int_get (&self->has_ended);
}

GError *
usher_test_life_dup_silence (UsherTestLife *self)
{
  return usher_test_life_has_ended (self)
             ? g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the process has died")
             : NULL;
}
