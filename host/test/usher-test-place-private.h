/* usher-test-place-private.h: a host with some of the services of a box, as one process would have it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-host.h>

#include "usher-test-witness-private.h"

G_BEGIN_DECLS

/* what all places of a box share */
typedef struct
{
  const char *directory;
  const char *const *settings; /* "group.key=value" */
  UsherClock *clock;
  const char *endpoint; /* (nullable): of the bus; NULL: there is none */
  gboolean is_shared;   /* the directory has several hosts */
  GPtrArray *manifests; /* (element-type UsherManifest): of the box */
  UsherTestWitness *witness;
} UsherTestGround;

/* Counted: who holds it uses its host. Any thread. */
typedef struct _UsherTestPlace UsherTestPlace;

/* starts a host; @manifests: (element-type UsherManifest): its services, in their order */
UsherTestPlace *
usher_test_place_new (const UsherTestGround *ground, const char *name, GPtrArray *manifests);
UsherTestPlace *usher_test_place_ref (UsherTestPlace *self);
void usher_test_place_unref (UsherTestPlace *self);
/* Stops the host and waits until everybody else has let go. Nobody finds the place any more. */
void usher_test_place_stop (UsherTestPlace *self);
UsherHost *usher_test_place_get_host (UsherTestPlace *self);
const char *usher_test_place_get_name (UsherTestPlace *self);
/* (element-type UsherManifest) */
GPtrArray *usher_test_place_get_manifests (UsherTestPlace *self);
gboolean usher_test_place_has_service (UsherTestPlace *self, const char *service);
gboolean usher_test_place_has_died (UsherTestPlace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestPlace, usher_test_place_unref)

G_END_DECLS
