/* usher-test-race.h: several people do something at the same moment
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-client.h"

G_BEGIN_DECLS

#define USHER_TEST_MAX_RUNNERS 10

typedef void (*UsherTestRunner) (UsherTestClient *client, guint index, gpointer user_data);

/* Each client on a thread of its own, all let go at once. */
void usher_test_race (UsherTestClient **clients,
                      guint n_clients,
                      UsherTestRunner func,
                      gpointer user_data);
/* how many of them were answered so */
guint usher_test_race_count (UsherTestClient **clients, guint n_clients, guint status);

G_END_DECLS
