/* usher-mongo-slips-private.h: what a commit does to the timers and the request key, wherever they are
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-mongo-place-private.h"
#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* What a commit finds and does under one key, of the timers or the request. */
typedef struct
{
  const char *member; /* `_timers` or `_request` */
  char *key;          /* (owned): `k` of its entries */
  const UsherTimerChange *
      change; /* (unowned) (nullable): the last one to the timer; NULL: it has fired, and no more */
  const UsherRequestRecord *request; /* (unowned) (nullable) */
  UsherTimer *fired;                 /* (unowned) (nullable) */

  GArray *found;     /* (owned) (element-type UsherMongoSlipEntry): wherever it is */
  gint64 highest;    /* generation of the one that counts, 0: there is none */
  gboolean is_alive; /* and it is not dead */
  bson_t *entry;     /* (owned) (nullable): that one */
  gint64 generation; /* of the entry that is written; 0: none is */
} UsherMongoSlip;

/* an entry that was found */
typedef struct
{
  UsherMongoPlace *place; /* (owned) */
  gint64 generation;
} UsherMongoSlipEntry;

/* (transfer full) (element-type UsherMongoSlip): those of @commit, nothing looked for */
GPtrArray *usher_mongo_slips_list (UsherCommit *commit);
/* Looks where they are. */
gboolean usher_mongo_slips_find (GPtrArray *slips,
                                 UsherMongoDatabase *database,
                                 UsherMongoTables *tables,
                                 GError **error);
/* whether the timer that fired is not there any more as it was */
gboolean usher_mongo_slips_are_past (GPtrArray *slips);
/* TAKEN: another request has the key */
gboolean usher_mongo_slips_check_request (GPtrArray *slips, GError **error);
/* (nullable) (transfer none): where the one is that a commit without documents is to be written to */
UsherMongoPlace *usher_mongo_slips_get_holder (GPtrArray *slips);
/* Decides the generations, for a commit that is written to @home. */
void usher_mongo_slips_plan (GPtrArray *slips, UsherMongoPlace *home);

/* whether any of them writes or drops entries of @member in the home */
gboolean usher_mongo_slips_touch (GPtrArray *slips, const char *member);
/* appends the entries to be written to an array */
void usher_mongo_slips_append_entries (GPtrArray *slips,
                                       const char *member,
                                       UsherCommit *commit,
                                       bson_t *array);
/* appends the keys whose entries in the home give way to an array */
void usher_mongo_slips_append_keys (GPtrArray *slips, const char *member, bson_t *array);
/* what must still be so in @home, for the filter of a write; whether there is any such thing */
gboolean
usher_mongo_slips_append_conditions (GPtrArray *slips, UsherMongoPlace *home, bson_t *filter);

G_END_DECLS
