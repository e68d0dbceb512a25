/* usher-mongo-error.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-error-private.h"

#include <string.h>

#define BAD_VALUE 2

/* @is_away: all that is asked would fail the same way */
typedef struct
{
  guint32 number;
  UsherError code;
  gboolean is_away;
} Meaning;

static const Meaning meanings[] = {
  { 6, USHER_ERROR_UNAVAILABLE, TRUE },     /* HostUnreachable */
  { 7, USHER_ERROR_UNAVAILABLE, TRUE },     /* HostNotFound */
  { 13, USHER_ERROR_UNAVAILABLE, FALSE },   /* Unauthorized */
  { 18, USHER_ERROR_UNAVAILABLE, FALSE },   /* AuthenticationFailed */
  { 24, USHER_ERROR_CONFLICT, FALSE },      /* LockTimeout */
  { 46, USHER_ERROR_CONFLICT, FALSE },      /* LockBusy */
  { 50, USHER_ERROR_UNAVAILABLE, FALSE },   /* MaxTimeMSExpired */
  { 64, USHER_ERROR_UNAVAILABLE, FALSE },   /* WriteConcernFailed */
  { 89, USHER_ERROR_UNAVAILABLE, TRUE },    /* NetworkTimeout */
  { 91, USHER_ERROR_UNAVAILABLE, TRUE },    /* ShutdownInProgress */
  { 100, USHER_ERROR_UNAVAILABLE, FALSE },  /* UnsatisfiableWriteConcern */
  { 112, USHER_ERROR_CONFLICT, FALSE },     /* WriteConflict */
  { 134, USHER_ERROR_UNAVAILABLE, FALSE },  /* ReadConcernMajorityNotAvailableYet */
  { 189, USHER_ERROR_UNAVAILABLE, TRUE },   /* PrimarySteppedDown */
  { 251, USHER_ERROR_CONFLICT, FALSE },     /* NoSuchTransaction */
  { 262, USHER_ERROR_UNAVAILABLE, FALSE },  /* ExceededTimeLimit */
  { 9001, USHER_ERROR_UNAVAILABLE, TRUE },  /* SocketException */
  { 10107, USHER_ERROR_UNAVAILABLE, TRUE }, /* NotWritablePrimary */
  { 10334, USHER_ERROR_TOO_LARGE, FALSE },  /* BSONObjectTooLarge */
  { 11000, USHER_ERROR_TAKEN, FALSE },      /* DuplicateKey */
  { 11001, USHER_ERROR_TAKEN, FALSE },      /* DuplicateKey, of an update */
  { 11600, USHER_ERROR_UNAVAILABLE, TRUE }, /* InterruptedAtShutdown */
  { 11602, USHER_ERROR_UNAVAILABLE, TRUE }, /* InterruptedDueToReplStateChange */
  { 12582, USHER_ERROR_TAKEN, FALSE },      /* DuplicateKey, of a sharded collection */
  { 13435, USHER_ERROR_UNAVAILABLE, TRUE }, /* NotPrimaryNoSecondaryOk */
  { 13436, USHER_ERROR_UNAVAILABLE, TRUE }, /* NotPrimaryOrSecondary */
  { 14031, USHER_ERROR_FULL, FALSE },       /* OutOfDiskSpace */
  { 17280, USHER_ERROR_TOO_LARGE, FALSE },  /* KeyTooLong */
  { 17419, USHER_ERROR_TOO_LARGE, FALSE },  /* an updated document over the limit */
  { 17420, USHER_ERROR_TOO_LARGE, FALSE },
};

static const Meaning *
find_meaning (const bson_error_t *trouble)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].number == trouble->code)
      return &meanings[i];

  return NULL;
}

/* what the library finds out without an answer of the server */
static UsherError
get_own_code (const bson_error_t *trouble)
{
  switch (trouble->domain)
    {
    case MONGOC_ERROR_CLIENT:
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_SERVER_SELECTION:
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
    case MONGOC_ERROR_PROTOCOL:
    case MONGOC_ERROR_POOL:
      return USHER_ERROR_UNAVAILABLE;
    case MONGOC_ERROR_BSON:
    case MONGOC_ERROR_COMMAND:
      return USHER_ERROR_INVALID;
    default:
      return USHER_ERROR_FAILED;
    }
}

static gboolean
is_of_server (const bson_error_t *trouble)
{
  return trouble->domain == MONGOC_ERROR_SERVER || trouble->domain == MONGOC_ERROR_WRITE_CONCERN;
}

UsherError
usher_mongo_error_get_code (const bson_error_t *trouble, const bson_t *reply)
{
  const Meaning *meaning = is_of_server (trouble) ? find_meaning (trouble) : NULL;

  if (meaning != NULL)
    return meaning->code;
  if (usher_mongo_error_is_index_lost (trouble))
    return USHER_ERROR_UNAVAILABLE;
  if (!is_of_server (trouble))
    return get_own_code (trouble);
  if (reply != NULL && mongoc_error_has_label (reply, "TransientTransactionError"))
    return USHER_ERROR_CONFLICT;

  return USHER_ERROR_FAILED;
}

gboolean
usher_mongo_error_is_refusal (const bson_error_t *trouble)
{
  if (is_of_server (trouble))
    return trouble->code == 13 || trouble->code == 18;

  return (trouble->domain == MONGOC_ERROR_CLIENT &&
          trouble->code == MONGOC_ERROR_CLIENT_AUTHENTICATE) ||
         trouble->domain == MONGOC_ERROR_SASL || trouble->domain == MONGOC_ERROR_SCRAM;
}

gboolean
usher_mongo_error_is_away (const bson_error_t *trouble, const bson_t *reply)
{
  const Meaning *meaning = is_of_server (trouble) ? find_meaning (trouble) : NULL;

  if (is_of_server (trouble))
    return meaning != NULL && meaning->is_away;

  return trouble->domain != MONGOC_ERROR_POOL && get_own_code (trouble) == USHER_ERROR_UNAVAILABLE;
}

/* Every index that a command asks for by its name is made before; this number stands for other things too. */
gboolean
usher_mongo_error_is_index_lost (const bson_error_t *trouble)
{
  return is_of_server (trouble) && trouble->code == BAD_VALUE &&
         strstr (trouble->message, "hint") != NULL;
}

/* the error that a member of @reply tells */
static void
read_error (bson_iter_t *members, guint32 domain, bson_error_t *trouble)
{
  const char *message = "no reason was told";
  guint32 number = 0;

  while (bson_iter_next (members))
    {
      if (g_str_equal (bson_iter_key (members), "code"))
        number = (guint32) bson_iter_as_int64 (members);
      else if (g_str_equal (bson_iter_key (members), "errmsg") && BSON_ITER_HOLDS_UTF8 (members))
        message = bson_iter_utf8 (members, NULL);
    }

  bson_set_error (trouble, domain, number, "%s", message);
}

gboolean
usher_mongo_error_check_reply (const bson_t *reply, bson_error_t *trouble)
{
  bson_iter_t member;
  bson_iter_t list;
  bson_iter_t first;

  if (bson_iter_init_find (&member, reply, "writeErrors") && bson_iter_recurse (&member, &list) &&
      bson_iter_next (&list) && bson_iter_recurse (&list, &first))
    {
      read_error (&first, MONGOC_ERROR_SERVER, trouble);
      return FALSE;
    }

  return TRUE;
}
