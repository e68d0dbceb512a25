/* usher-unlinked-module.c: a module that needs a function which nobody has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

/* MISSING is set by the build */
extern void MISSING (void);

static gboolean
configure (UsherContext *context, GError **error)
{
  MISSING ();

  return TRUE;
}

USHER_DEFINE_SERVICE ("unlinked", "1.0.0", configure)
