/* usher-test-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-json-private.h"

char *
usher_test_dup_text (UsherJson *json, const char *path)
{
  if (usher_json_get_kind (json, path) == USHER_JSON_STRING)
    return g_strdup (usher_json_get_string (json, path));

  return usher_json_dup_text (json, path);
}
