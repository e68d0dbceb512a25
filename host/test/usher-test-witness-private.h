/* usher-test-witness-private.h: who sees each commit of a box, and what is planned for some of them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-host.h>

#include "usher-test-host.h"
#include "usher-test-life-private.h"

G_BEGIN_DECLS

/* Counted; any thread. */
typedef struct _UsherTestWitness UsherTestWitness;

/* who reads what was published, each from where he was */
typedef enum
{
  USHER_TEST_TAKEN,   /* the test */
  USHER_TEST_CARRIED, /* who brings it to listeners */
  USHER_TEST_N_READERS,
} UsherTestReader;

UsherTestWitness *usher_test_witness_new (void);
UsherTestWitness *usher_test_witness_ref (UsherTestWitness *self);
void usher_test_witness_unref (UsherTestWitness *self);

/* the @nth commit of @service from now on ends the life of who commits */
void usher_test_witness_plan_crash (UsherTestWitness *self,
                                    const char *service,
                                    UsherTestCrash point,
                                    guint nth);
/* is refused with @code */
void usher_test_witness_plan_failure (UsherTestWitness *self,
                                      const char *service,
                                      UsherError code,
                                      guint nth);
/* (transfer full) (nullable): why a commit must not get into the database */
GError *usher_test_witness_admit (UsherTestWitness *self, const char *service, UsherTestLife *life);
/* a commit that is in the database; whether anybody may be told */
gboolean usher_test_witness_see (UsherTestWitness *self,
                                 const char *service,
                                 UsherCommit *commit,
                                 UsherTestLife *life);

/* (transfer full) (element-type UsherEvent): what the service has published since @reader looked last */
GPtrArray *
usher_test_witness_take (UsherTestWitness *self, const char *service, UsherTestReader reader);
/* how many events there were, of all services */
guint usher_test_witness_count (UsherTestWitness *self);

G_END_DECLS
