/* usher-mongo-value.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-value-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-id.h"

#define REST "Us"

gint64
usher_mongo_get_milliseconds (gint64 time)
{
  return time / 1000 - (time % 1000 < 0 ? 1 : 0);
}

void
usher_mongo_append_time (bson_t *bson, const char *name, gint64 time)
{
  gint64 milliseconds = usher_mongo_get_milliseconds (time);
  gint32 rest = (gint32) ((time % 1000 + 1000) % 1000);
  g_autofree char *rest_name = rest != 0 ? g_strconcat (name, REST, NULL) : NULL;

  bson_append_date_time (bson, name, -1, milliseconds);
  if (rest_name != NULL)
    bson_append_int32 (bson, rest_name, -1, rest);
}

gboolean
usher_mongo_read_time (const bson_t *bson, const char *name, gint64 *time)
{
  g_autofree char *rest_name = g_strconcat (name, REST, NULL);
  bson_iter_t iter;
  gint64 milliseconds;

  if (!bson_iter_init_find (&iter, bson, name) || !BSON_ITER_HOLDS_DATE_TIME (&iter))
    return FALSE;

  /* what somebody else wrote may be later than microseconds can say */
  milliseconds = CLAMP (bson_iter_date_time (&iter), G_MININT64 / 1000 + 1, G_MAXINT64 / 1000 - 1);
  *time = milliseconds * 1000;
  if (bson_iter_init_find (&iter, bson, rest_name) && BSON_ITER_HOLDS_INT32 (&iter))
    *time += CLAMP (bson_iter_int32 (&iter), 0, 999);

  return TRUE;
}

void
usher_mongo_append_id (bson_t *bson, const char *name, const char *id)
{
  bson_oid_t oid;

  if (!usher_id_is_valid (id))
    {
      bson_append_utf8 (bson, name, -1, id, -1);
      return;
    }

  bson_oid_init_from_string (&oid, id);
  bson_append_oid (bson, name, -1, &oid);
}

static gboolean
append_whole (bson_t *bson, const char *name, const char *text)
{
  gint64 value = 0;

  if (strcmp (text, "-0") == 0 ||
      !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return FALSE;

  return bson_append_int64 (bson, name, -1, value);
}

/* one that is written as it was when it is read back */
static gboolean
append_double (bson_t *bson, const char *name, const char *text)
{
  g_autoptr (GString) again = g_string_new (NULL);
  double value = g_ascii_strtod (text, NULL);

  usher_json_append_double (again, value);

  return strcmp (again->str, text) == 0 && bson_append_double (bson, name, -1, value);
}

/* FALSE: it would have to be rounded */
static gboolean
append_decimal (bson_t *bson, const char *name, const char *text)
{
  bson_decimal128_t value;

  return bson_decimal128_from_string (text, &value) &&
         bson_append_decimal128 (bson, name, -1, &value);
}

gboolean
usher_mongo_append_decimal (bson_t *bson,
                            const char *name,
                            UsherJson *json,
                            const UsherJsonToken *number)
{
  g_autofree char *text = g_strndup (usher_json_get_written (json, number), number->length);

  return append_decimal (bson, name, text);
}

static gboolean
append_number (bson_t *bson,
               const char *name,
               UsherJson *json,
               const UsherJsonToken *token,
               GError **error)
{
  g_autofree char *text = g_strndup (usher_json_get_written (json, token), token->length);

  if (append_whole (bson, name, text) || append_double (bson, name, text) ||
      append_decimal (bson, name, text))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "member “%s” is a number that MongoDB cannot keep exactly: %.60s%s",
                       name,
                       text,
                       token->length > 60 ? "…" : "");
}

static gboolean
append_array (bson_t *bson,
              const char *name,
              UsherJson *json,
              const UsherJsonToken *array,
              GError **error)
{
  const UsherJsonToken *element = array + 1;
  gboolean ok = TRUE;
  bson_t child;

  if (!bson_append_array_begin (bson, name, -1, &child))
    return TRUE;
  for (guint i = 0; ok && i < array->n_children; i++)
    {
      char buffer[16];
      const char *index = NULL;

      bson_uint32_to_string (i, &index, buffer, sizeof buffer);
      ok = usher_mongo_append_json (&child, index, json, element, error);
      element = usher_json_get_root (json) + element->next;
    }
  bson_append_array_end (bson, &child);

  return ok;
}

static gboolean
append_object (bson_t *bson,
               const char *name,
               UsherJson *json,
               const UsherJsonToken *object,
               GError **error)
{
  const UsherJsonToken *key = object + 1;
  gboolean ok = TRUE;
  bson_t child;

  if (!bson_append_document_begin (bson, name, -1, &child))
    return TRUE;
  for (guint i = 0; ok && i < object->n_children; i++)
    {
      ok = usher_mongo_append_json (
          &child, usher_json_get_decoded (json, key), json, key + 1, error);
      key = usher_json_get_root (json) + key[1].next;
    }
  bson_append_document_end (bson, &child);

  return ok;
}

gboolean
usher_mongo_append_json (bson_t *bson,
                         const char *name,
                         UsherJson *json,
                         const UsherJsonToken *token,
                         GError **error)
{
  switch (token->type)
    {
    case USHER_JSON_BOOLEAN:
      bson_append_bool (bson, name, -1, *usher_json_get_written (json, token) == 't');
      return TRUE;

    case USHER_JSON_NUMBER:
      return append_number (bson, name, json, token, error);

    case USHER_JSON_STRING:
      bson_append_utf8 (bson, name, -1, usher_json_get_decoded (json, token), -1);
      return TRUE;

    case USHER_JSON_ARRAY:
      return append_array (bson, name, json, token, error);

    case USHER_JSON_OBJECT:
      return append_object (bson, name, json, token, error);

    case USHER_JSON_NULL:
    case USHER_JSON_MISSING:
    default:
      bson_append_null (bson, name, -1);
      return TRUE;
    }
}
