/* usher-test-host-private.h: the places of a box
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"
#include "usher-test-place-private.h"
#include "usher-test-witness-private.h"

G_BEGIN_DECLS

/* (transfer full): one that has the service, by turns; it is a failure of the test that none has */
UsherTestPlace *usher_test_host_find_place (UsherTestHost *self, const char *service);
/* (transfer full): one that has the path, by turns; any if none has */
UsherTestPlace *usher_test_host_find_path (UsherTestHost *self, const char *path);
/* (transfer full) (nullable): NULL: there are no more */
UsherTestPlace *usher_test_host_get_place (UsherTestHost *self, guint index);
/* Takes ownership of @place, which nobody of this thread holds then. If it has died, another one takes over; TRUE: it has. */
gboolean usher_test_host_heed (UsherTestHost *self, UsherTestPlace *place);
UsherTestWitness *usher_test_host_get_witness (UsherTestHost *self);
/* (nullable): NULL: by hand */
UsherBus *usher_test_host_get_bus (UsherTestHost *self);
/* events that wait to be carried by hand */
GPtrArray *usher_test_host_get_parcels (UsherTestHost *self);
/* @name: (nullable): NULL: nobody */
UsherTestUser *usher_test_user_new (UsherTestHost *host, const char *name);
UsherTestHost *usher_test_user_get_host (UsherTestUser *self);

G_END_DECLS
