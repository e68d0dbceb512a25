/* usher-test-placement.h: over how many processes the program under test is spread
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  USHER_TEST_ONE,    /* “usher run”: one process */
  USHER_TEST_SPREAD, /* “usher up”: one process a service, over ipc */
  USHER_TEST_PAIRS,  /* “usher up”: two copies of each service, over tcp with CURVE keys */
} UsherTestPlacement;

/* what USHER_TEST_PLACEMENT says, else one process */
UsherTestPlacement usher_test_placement_get_default (void);
/* “one”, “spread” or “pairs” */
const char *usher_test_placement_get_name (UsherTestPlacement placement);

G_END_DECLS
