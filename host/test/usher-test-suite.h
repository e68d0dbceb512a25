/* usher-test-suite.h: tests that are given a box
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

/**
 * UsherTestFunc:
 * @host: a box of its own, which goes when the function returns
 *
 * Is a test.
 */
typedef void (*UsherTestFunc) (UsherTestHost *host);

/**
 * UsherTestDataFunc:
 * @host: a box of its own, which goes when the function returns
 * @data: data of who added the test, such as a row of a table
 *
 * Is a test of many that differ in their data.
 */
typedef void (*UsherTestDataFunc) (UsherTestHost *host, gconstpointer data);

USHER_API
void usher_test_init (int *argc, char ***argv);
USHER_API
void usher_test_set_loader (UsherLoader *loader);
USHER_API
void usher_test_add (const char *path, const char *contents, UsherTestFunc func);
USHER_API
void usher_test_add_data (const char *path,
                          const char *contents,
                          UsherTestDataFunc func,
                          gconstpointer data);
USHER_API
void usher_test_add_placed (const char *path,
                            const char *contents,
                            UsherTestPlacement placement,
                            UsherTestFunc func);
USHER_API
void usher_test_add_all_placements (const char *path, const char *contents, UsherTestFunc func);

G_END_DECLS
