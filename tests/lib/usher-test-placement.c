/* usher-test-placement.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-placement.h"

static const char *const names[] = { "one", "spread", "pairs" };

UsherTestPlacement
usher_test_placement_get_default (void)
{
  const char *name = g_getenv ("USHER_TEST_PLACEMENT");

  if (name == NULL)
    return USHER_TEST_ONE;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return (UsherTestPlacement) i;
  g_error ("USHER_TEST_PLACEMENT is “%s”, which is no placement", name);
}

const char *
usher_test_placement_get_name (UsherTestPlacement placement)
{
  return names[placement];
}
