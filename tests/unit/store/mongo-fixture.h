/* mongo-fixture.h: collections of a database on a MongoDB server, without a store
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-test-mongodb.h"

G_BEGIN_DECLS

typedef struct
{
  UsherMongoDatabase *database;
} MongoFixture;

/* @data: the server */
void mongo_fixture_set_up (MongoFixture *self, gconstpointer data);
void mongo_fixture_tear_down (MongoFixture *self, gconstpointer data);
/* of the collection “items”; not added yet */
UsherMongoTable *
mongo_fixture_make_table (const UsherField *fields, guint n_fields, const char *const *key);
void mongo_fixture_add (MongoFixture *self, UsherMongoTable *table, gboolean is_alone);
/* @number: of its id; @members: JSON that follows id and version */
void mongo_fixture_insert (MongoFixture *self,
                           UsherMongoTable *table,
                           guint number,
                           const char *members);
/* a command that changes something, as JSON */
void mongo_fixture_run (MongoFixture *self, const char *command);
/* (transfer full): what one that reads answers */
char *mongo_fixture_ask (MongoFixture *self, const char *command);

G_END_DECLS
