/* usher-test-store-private.h: a store that the test looks into
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-host.h>

#include "usher-test-life-private.h"
#include "usher-test-witness-private.h"

G_BEGIN_DECLS

#define USHER_TEST_TYPE_STORE (usher_test_store_get_type ())

G_DECLARE_FINAL_TYPE (UsherTestStore, usher_test_store, USHER_TEST, STORE, GObject)

/* @inner: the database of @service, which the process with @life has */
UsherStore *usher_test_store_new (UsherStore *inner,
                                  const char *service,
                                  UsherTestWitness *witness,
                                  UsherTestLife *life);

G_END_DECLS
