/* usher-mongo-value-text.c: BSON as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-value-private.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "usher-json-private.h"

/* as deep as JSON is read */
#define MAX_DEPTH 32

gboolean
usher_mongo_text_fail (UsherMongoText *self, const char *problem)
{
  self->problem = problem;

  return FALSE;
}

gboolean
usher_mongo_text_fail_in (UsherMongoText *self, const char *name)
{
  g_autofree char *inner = g_steal_pointer (&self->member);
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  self->member = g_strjoin (".", valid, inner, NULL);

  return FALSE;
}

gboolean
usher_mongo_text_end (UsherMongoText *self, const bson_iter_t *members)
{
  return members->err_off == 0 || usher_mongo_text_fail (self, "is broken");
}

gboolean
usher_mongo_names_add (UsherMongoNames *self, const char *name)
{
  if (self->many != NULL)
    return g_hash_table_add (self->many, (gpointer) name);

  for (guint i = 0; i < self->n_few; i++)
    if (strcmp (self->few[i], name) == 0)
      return FALSE;

  if (self->n_few < USHER_MONGO_FEW_NAMES)
    {
      self->few[self->n_few++] = name;
      return TRUE;
    }

  self->many = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->n_few; i++)
    g_hash_table_add (self->many, (gpointer) self->few[i]);

  return g_hash_table_add (self->many, (gpointer) name);
}

void
usher_mongo_names_clear (UsherMongoNames *self)
{
  g_clear_pointer (&self->many, g_hash_table_unref);
  self->n_few = 0;
}

static gboolean
is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];

      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_string (UsherMongoText *self, const char *text, gsize length)
{
  if (is_plain (text, length))
    {
      g_string_append_c (self->text, '"');
      g_string_append_len (self->text, text, (gssize) length);
      g_string_append_c (self->text, '"');
      return TRUE;
    }

  if (!g_utf8_validate_len (text, length, NULL))
    return usher_mongo_text_fail (self, "is not UTF-8, or has a NUL");
  usher_json_append_string (self->text, text);

  return TRUE;
}

static void
add_comma (UsherMongoText *self)
{
  char last = self->text->str[self->text->len - 1];

  if (last != '{')
    g_string_append_c (self->text, ',');
}

gboolean
usher_mongo_text_add_name (UsherMongoText *self, const bson_iter_t *member)
{
  add_comma (self);
  if (!add_string (self, bson_iter_key (member), bson_iter_key_len (member)))
    return FALSE;
  g_string_append_c (self->text, ':');

  return TRUE;
}

void
usher_mongo_text_add_written (UsherMongoText *self, const char *written)
{
  add_comma (self);
  g_string_append (self->text, written);
}

void
usher_mongo_text_add_integer (UsherMongoText *self, gint64 value)
{
  if (value < 0)
    g_string_append_c (self->text, '-');
  usher_json_append_digits (self->text, value < 0 ? 0 - (guint64) value : (guint64) value);
}

static gboolean
add_double (UsherMongoText *self, double value)
{
  if (!isfinite (value))
    return usher_mongo_text_fail (self, "is no finite number");
  usher_json_append_double (self->text, value);

  return TRUE;
}

static gboolean
add_decimal (UsherMongoText *self, const bson_iter_t *value)
{
  char buffer[BSON_DECIMAL128_STRING];
  bson_decimal128_t decimal;

  if (!bson_iter_decimal128 (value, &decimal))
    return usher_mongo_text_fail (self, "is broken");
  bson_decimal128_to_string (&decimal, buffer);
  if (strpbrk (buffer, "NI") != NULL || !isfinite (g_ascii_strtod (buffer, NULL)))
    return usher_mongo_text_fail (self, "is no finite number");
  /* one of more digits than a decimal has is not canonical */
  if (!bson_decimal128_from_string (buffer, &decimal))
    return usher_mongo_text_fail (self, "is no decimal");
  g_string_append (self->text, buffer);

  return TRUE;
}

static char *
put_digits (char *at, guint n_digits, int value)
{
  for (guint i = n_digits; i > 0; i--)
    {
      at[i - 1] = (char) ('0' + value % 10);
      value /= 10;
    }

  return at + n_digits;
}

/* As usher_time_format() has it; a list has a hundred of them. */
static gboolean
add_date (UsherMongoText *self, gint64 milliseconds)
{
  time_t seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
  char buffer[] = "\"YYYY-MM-DDThh:mm:ss.mmmZ\"";
  struct tm date;

  if (milliseconds < USHER_MONGO_LEAST_DATE || milliseconds > USHER_MONGO_GREATEST_DATE ||
      gmtime_r (&seconds, &date) == NULL)
    return usher_mongo_text_fail (self, "is a date of no year from 1 to 9999");

  put_digits (buffer + 1, 4, date.tm_year + 1900);
  put_digits (buffer + 6, 2, date.tm_mon + 1);
  put_digits (buffer + 9, 2, date.tm_mday);
  put_digits (buffer + 12, 2, date.tm_hour);
  put_digits (buffer + 15, 2, date.tm_min);
  put_digits (buffer + 18, 2, date.tm_sec);
  put_digits (buffer + 21, 3, (int) (milliseconds - seconds * 1000));
  g_string_append_len (self->text, buffer, sizeof buffer - 1);

  return TRUE;
}

static gboolean
add_array (UsherMongoText *self, const bson_iter_t *value, guint depth)
{
  bson_iter_t element;

  if (depth > MAX_DEPTH)
    return usher_mongo_text_fail (self, "is nested too deeply");
  if (!bson_iter_recurse (value, &element))
    return usher_mongo_text_fail (self, "is broken");

  g_string_append_c (self->text, '[');
  for (guint i = 0; bson_iter_next (&element); i++)
    {
      if (i > 0)
        g_string_append_c (self->text, ',');
      if (!usher_mongo_text_add_value (self, &element, depth))
        return usher_mongo_text_fail_in (self, bson_iter_key (&element));
    }
  g_string_append_c (self->text, ']');

  return usher_mongo_text_end (self, &element);
}

static gboolean
add_object (UsherMongoText *self, const bson_iter_t *value, guint depth)
{
  g_auto (UsherMongoNames) names = { 0 };
  bson_iter_t member;

  if (depth > MAX_DEPTH)
    return usher_mongo_text_fail (self, "is nested too deeply");
  if (!bson_iter_recurse (value, &member))
    return usher_mongo_text_fail (self, "is broken");

  g_string_append_c (self->text, '{');
  while (bson_iter_next (&member))
    {
      const char *name = bson_iter_key (&member);

      if (!usher_mongo_names_add (&names, name))
        usher_mongo_text_fail (self, "is there twice");
      else if (usher_mongo_text_add_name (self, &member) &&
               usher_mongo_text_add_value (self, &member, depth))
        continue;

      return usher_mongo_text_fail_in (self, name);
    }
  g_string_append_c (self->text, '}');

  return usher_mongo_text_end (self, &member);
}

static void
add_oid (UsherMongoText *self, const bson_iter_t *value)
{
  char id[25];

  bson_oid_to_string (bson_iter_oid (value), id);
  g_string_append_c (self->text, '"');
  g_string_append_len (self->text, id, sizeof id - 1);
  g_string_append_c (self->text, '"');
}

static gboolean
add_utf8 (UsherMongoText *self, const bson_iter_t *value)
{
  guint32 length = 0;
  const char *text = bson_iter_utf8 (value, &length);

  return add_string (self, text, length);
}

gboolean
usher_mongo_text_add_value (UsherMongoText *self, const bson_iter_t *value, guint depth)
{
  switch ((int) bson_iter_type (value))
    {
    case BSON_TYPE_UTF8:
      return add_utf8 (self, value);

    case BSON_TYPE_INT64:
      usher_mongo_text_add_integer (self, bson_iter_int64 (value));
      return TRUE;

    case BSON_TYPE_INT32:
      usher_mongo_text_add_integer (self, bson_iter_int32 (value));
      return TRUE;

    case BSON_TYPE_DOUBLE:
      return add_double (self, bson_iter_double (value));

    case BSON_TYPE_DECIMAL128:
      return add_decimal (self, value);

    case BSON_TYPE_BOOL:
      g_string_append (self->text, bson_iter_bool (value) ? "true" : "false");
      return TRUE;

    case BSON_TYPE_NULL:
      g_string_append (self->text, "null");
      return TRUE;

    case BSON_TYPE_OID:
      self->n_typed++;
      add_oid (self, value);
      return TRUE;

    case BSON_TYPE_DATE_TIME:
      self->n_typed++;
      return add_date (self, bson_iter_date_time (value));

    case BSON_TYPE_ARRAY:
      return add_array (self, value, depth + 1);

    case BSON_TYPE_DOCUMENT:
      return add_object (self, value, depth + 1);

    default:
      return usher_mongo_text_fail (self, "is of a type of BSON that JSON has not");
    }
}
