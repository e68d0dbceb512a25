/* usher-mongo-reach.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-reach-private.h"

#include "usher-error.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-value-private.h"

void
usher_mongo_reach_append (bson_t *lease, const UsherReach *reach)
{
  bson_t row;

  bson_append_document_begin (lease, "reach", -1, &row);
  bson_append_utf8 (&row, "log", -1, reach->log, -1);
  bson_append_int64 (&row, "run", -1, (gint64) reach->run);
  bson_append_int64 (&row, "position", -1, (gint64) reach->position);
  usher_mongo_append_time (&row, "time", reach->time);
  bson_append_document_end (lease, &row);
}

gboolean
usher_mongo_reach_read (const bson_t *lease, const char *place, UsherReach *reach, GError **error)
{
  const guint8 *data = NULL;
  guint32 length = 0;
  const char *log = NULL;
  bson_iter_t iter;
  bson_t row;

  *reach = (UsherReach){ 0 };
  if (!bson_iter_init_find (&iter, lease, "reach"))
    return TRUE;

  if (BSON_ITER_HOLDS_DOCUMENT (&iter))
    bson_iter_document (&iter, &length, &data);
  if (data != NULL && bson_init_static (&row, data, length) &&
      (log = usher_mongo_entry_get_text (&row, "log")) != NULL)
    {
      reach->run = (guint64) usher_mongo_entry_get_integer (&row, "run");
      reach->position = (guint64) usher_mongo_entry_get_integer (&row, "position");
      usher_mongo_read_time (&row, "time", &reach->time);
      usher_reach_set_log (reach, log);
    }
  if (usher_reach_is_known (reach))
    return TRUE;

  *reach = (UsherReach){ 0 };
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is damaged: “reach” of its lease names no log of a bus",
               place);

  return FALSE;
}
