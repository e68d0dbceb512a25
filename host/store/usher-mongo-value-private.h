/* usher-mongo-value-private.h: single values as BSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <glib.h>

#include "usher-json-private.h"

G_BEGIN_DECLS

/* Milliseconds of the dates that texts have, of the years 1 to 9999. */
#define USHER_MONGO_LEAST_DATE    G_GINT64_CONSTANT (-62135596800000)
#define USHER_MONGO_GREATEST_DATE G_GINT64_CONSTANT (253402300799999)

/* A time of microseconds: a date of milliseconds, and in `NAMEUs` what is left, if anything. */
void usher_mongo_append_time (bson_t *bson, const char *name, gint64 time);
/* FALSE: there is none */
gboolean usher_mongo_read_time (const bson_t *bson, const char *name, gint64 *time);
/* the milliseconds that a date has of a time */
gint64 usher_mongo_get_milliseconds (gint64 time);
/* an ObjectId, or a string where @id is none */
void usher_mongo_append_id (bson_t *bson, const char *name, const char *id);

/* Appends any value of JSON. A number is a whole one of 64 bits, a double or a decimal, whichever keeps it exactly; INVALID: none
 * does. */
gboolean usher_mongo_append_json (bson_t *bson,
                                  const char *name,
                                  UsherJson *json,
                                  const UsherJsonToken *token,
                                  GError **error);

/* appends a number as a decimal; FALSE: it cannot keep it */
gboolean usher_mongo_append_decimal (bson_t *bson,
                                     const char *name,
                                     UsherJson *json,
                                     const UsherJsonToken *number);

/* A text of JSON that is made of BSON, which anybody may have written. */
typedef struct
{
  GString *text;       /* (owned) */
  const char *problem; /* (nullable): why something cannot be in it */
  char *member;        /* (owned) (nullable): what that is, names joined by dots */
  guint n_typed;       /* how many values in it are of a type that JSON has not: ids and times */
} UsherMongoText;

/* notes a problem; FALSE */
gboolean usher_mongo_text_fail (UsherMongoText *self, const char *problem);
/* says in which member the problem is, from the innermost out; FALSE */
gboolean usher_mongo_text_fail_in (UsherMongoText *self, const char *name);
void usher_mongo_text_add_integer (UsherMongoText *self, gint64 value);
/* the name of a member, with comma and colon; or as it is @written with its colon */
gboolean usher_mongo_text_add_name (UsherMongoText *self, const bson_iter_t *member);
void usher_mongo_text_add_written (UsherMongoText *self, const char *written);
/* Appends a value; @depth: how many containers it lies in. Ids and times are strings. */
gboolean usher_mongo_text_add_value (UsherMongoText *self, const bson_iter_t *value, guint depth);
/* whether all of an object or array was read, now that there is no next */
gboolean usher_mongo_text_end (UsherMongoText *self, const bson_iter_t *members);

#define USHER_MONGO_FEW_NAMES 16

/* the names in an object, none of which may come twice; begins as all zeros */
typedef struct
{
  const char *few[USHER_MONGO_FEW_NAMES];
  guint n_few;
  GHashTable *many; /* (owned) (nullable) */
} UsherMongoNames;

/* FALSE: it was there; @name lives as long as @self */
gboolean usher_mongo_names_add (UsherMongoNames *self, const char *name);
void usher_mongo_names_clear (UsherMongoNames *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherMongoNames, usher_mongo_names_clear)

G_END_DECLS
