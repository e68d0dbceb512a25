/* usher-query-number.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-query-number-private.h"

gint64
usher_query_number_read (UsherRequest *request, const char *name, gint64 max, gint64 by_default)
{
  const char *text = usher_request_get_query (request, name);
  guint64 number = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, (guint64) max, &number, NULL))
    return by_default;

  return (gint64) number;
}
