/* usher-plain-module.c: a module whose service is nothing but its declarations
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

static gboolean
configure (UsherContext *context, GError **error)
{
  return usher_refuse (error, USHER_ERROR_INVALID, "%s is asked", usher_context_get_name (context));
}

USHER_DEFINE_SERVICE (NAME, "1.0.0", configure)
