/* usher-mongo-write-private.h: one write, until it is known what became of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"
#include "usher-mongo-statement-private.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_MONGO_WRITTEN, /* or found to have been */
  USHER_MONGO_MISSED,  /* there is nothing as the statement wants it */
  USHER_MONGO_REFUSED, /* nothing was written; the error says why */
  USHER_MONGO_UNKNOWN, /* the server has not answered; the error says so */
} UsherMongoWritten;

/* What came of one statement of a command for several. */
typedef struct
{
  UsherMongoWritten written;
  bson_t *reply; /* (owned) (nullable): as if it had been alone */
  GError *error; /* (owned) (nullable) */
  gint64 time;   /* when the server had not answered, monotonic */
} UsherMongoAttempt;

void usher_mongo_attempt_clear (UsherMongoAttempt *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherMongoAttempt, usher_mongo_attempt_clear)

/* Writes, and where the answer is lost waits for the server, within bounds, and writes again: that finds what came to be, for each
 * statement fits once only. @first: (nullable): what came of it
 * already; NULL: it was not tried. @reply: (out): to be destroyed: of the write, or with the outbox of the document as one of it */
UsherMongoWritten usher_mongo_write_run (UsherMongoDatabase *database,
                                         const UsherMongoStatement *statement,
                                         gboolean is_insert,
                                         UsherMongoAttempt *first,
                                         bson_t *reply,
                                         GError **error);
/* whether a unique index that begins with @path refused a write */
gboolean usher_mongo_write_is_taken (const bson_t *reply, const char *path);
/* Looks for the token of a commit. @reply: (out): to be destroyed, see above */
gboolean usher_mongo_write_find (UsherMongoDatabase *database,
                                 UsherMongoPlace *place,
                                 const char *token,
                                 gboolean *is_there,
                                 bson_t *reply,
                                 GError **error);

G_END_DECLS
