/* usher-card-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-card-processor.h"

void
usher_charge_clear (UsherCharge *charge)
{
  g_clear_pointer (&charge->id, g_free);
  g_clear_pointer (&charge->message, g_free);
}

void
usher_card_processor_unref (UsherCardProcessor *self)
{
  g_atomic_rc_box_release_full (self, self->clear);
}
