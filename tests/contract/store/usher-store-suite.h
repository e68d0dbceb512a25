/* usher-store-suite.h: what every store promises, as tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-error.h"
#include "usher-manual-clock.h"
#include "usher-store.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/* How a kind of store is made. A place is an empty database that outlives its stores. */
typedef struct _UsherStoreMaker UsherStoreMaker;

struct _UsherStoreMaker
{
  const char *name;
  gpointer (*make_place) (const UsherStoreMaker *self);
  UsherStore *(*open) (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error);
  void (*free_place) (gpointer place);
  /* (nullable): for one of several that have the place at the same time, without the lease */
  UsherStore *(*open_copy) (gpointer place, UsherClock *clock, GError **error);
  gboolean has_limit; /* of 16 MiB a document */
  gpointer server;    /* (unowned) (nullable): that has the places */
};

typedef struct
{
  const UsherStoreMaker *maker;
  gpointer place;
  UsherManualClock *clock;
  UsherSchema *schema; /* of the collection “items” */
  UsherStore *store;
} UsherStoreFixture;

typedef void (*UsherStoreTest) (UsherStoreFixture *fixture, gconstpointer maker);

/* adds all tests of all parts */
void usher_store_suite_add (const UsherStoreMaker *maker);
void usher_store_suite_add_documents (const UsherStoreMaker *maker);
void usher_store_suite_add_evolution (const UsherStoreMaker *maker);
void usher_store_suite_add_groups (const UsherStoreMaker *maker);
void usher_store_suite_add_keys (const UsherStoreMaker *maker);
void usher_store_suite_add_levels (const UsherStoreMaker *maker);
void usher_store_suite_add_queries (const UsherStoreMaker *maker);
void usher_store_suite_add_sorts (const UsherStoreMaker *maker);
void usher_store_suite_add_inbox (const UsherStoreMaker *maker);
void usher_store_suite_add_outbox (const UsherStoreMaker *maker);
void usher_store_suite_add_reach (const UsherStoreMaker *maker);
void usher_store_suite_add_requests (const UsherStoreMaker *maker);
void usher_store_suite_add_members (const UsherStoreMaker *maker);
void usher_store_suite_add_homes (const UsherStoreMaker *maker);
void usher_store_suite_add_copies (const UsherStoreMaker *maker);
void usher_store_suite_add_timers (const UsherStoreMaker *maker);
void usher_store_suite_add_histories (const UsherStoreMaker *maker);
void usher_store_suite_add_upkeep (const UsherStoreMaker *maker);
void usher_store_suite_add_races (const UsherStoreMaker *maker);
void
usher_store_suite_add_test (const UsherStoreMaker *maker, const char *name, UsherStoreTest test);

/* closes the store and opens the place again, with @schema if it is not NULL */
void usher_store_fixture_reopen (UsherStoreFixture *self, UsherSchema *schema, GError **error);
UsherUnit *usher_store_fixture_begin (UsherStoreFixture *self);
/* a unit that inserts an item */
UsherUnit *usher_store_fixture_begin_insert (UsherStoreFixture *self, const char *name);
/* a unit that inserts an item, whose id another one has: it will be refused with TAKEN */
UsherUnit *usher_store_fixture_begin_taken (UsherStoreFixture *self);
/* commits and expects success */
void usher_store_fixture_commit (UsherStoreFixture *self, UsherUnit *unit);
/* commits and expects an error of @code */
void usher_store_fixture_refuse (UsherStoreFixture *self, UsherUnit *unit, UsherError code);
UsherDocument *
usher_store_fixture_make (UsherStoreFixture *self, UsherUnit *unit, const char *name);
/* inserts an item in a unit of its own and gives its id */
char *usher_store_fixture_insert (UsherStoreFixture *self, const char *name);
/* (nullable): as it is stored */
UsherDocument *usher_store_fixture_read (UsherStoreFixture *self, const char *id);
/* whether the item that @unit inserts is stored */
gboolean usher_store_fixture_has_item (UsherStoreFixture *self, UsherUnit *unit);
gboolean usher_store_fixture_was_applied (UsherStoreFixture *self,
                                          const char *event_id,
                                          const char *subscriber);
/* says that @unit is what a request does, which has no answer yet */
void usher_store_fixture_set_request (UsherUnit *unit, const char *key, const char *owner);
/* (nullable) */
UsherRequestRecord *usher_store_fixture_lookup_request (UsherStoreFixture *self, const char *key);
/* @after: (nullable): a mark, NULL: where the outbox begins; @channels: of the events from there on, one after the other */
void usher_store_fixture_assert_outbox (UsherStoreFixture *self,
                                        const UsherMark *after,
                                        const char *channels);

G_END_DECLS
