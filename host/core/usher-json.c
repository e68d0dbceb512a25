/* usher-json.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json.h"

#include <string.h>

#include "usher-json-private.h"

/**
 * UsherJson:
 *
 * A JSON text that was read once and strictly (RFC 8259), with the places of its values.
 *
 * Immutable, any thread. A path names a value: members and indexes joined by dots, `ticket.id`,
 * `items.0`; the empty path is the whole. A number keeps its text, so decimals are
 * exact: parsers that turn numbers into binary fractions cannot tell 19.99 from its neighbours, nor 1e2 from 100.
 */
G_DEFINE_BOXED_TYPE (UsherJson, usher_json, usher_json_ref, usher_json_unref)

/**
 * usher_json_ref:
 * @self: a JSON value
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
UsherJson *
usher_json_ref (UsherJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_json_unref:
 * @self: (transfer full): a JSON value
 *
 * Drops a reference. Any thread.
 */
void
usher_json_unref (UsherJson *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->text);
  g_free (self->strings);
  g_free (self->tokens);
  g_free (self);
}

/* The value of a member, or NULL. */
static const UsherJsonToken *
find_member (UsherJson *self, const UsherJsonToken *object, const char *name, gsize length)
{
  const UsherJsonToken *key = object + 1;

  for (guint i = 0; i < object->n_children; i++)
    {
      const char *text = self->strings + key->string;

      if (strncmp (text, name, length) == 0 && text[length] == '\0')
        return key + 1;
      key = self->tokens + key[1].next;
    }

  return NULL;
}

static const UsherJsonToken *
find_element (UsherJson *self, const UsherJsonToken *array, const char *index, gsize length)
{
  const UsherJsonToken *element = array + 1;
  guint64 n = 0;

  if (length == 0 || length > 9)
    return NULL;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (index[i]))
        return NULL;
      n = n * 10 + (guint64) (index[i] - '0');
    }
  if (n >= array->n_children)
    return NULL;

  for (guint64 i = 0; i < n; i++)
    element = self->tokens + element->next;

  return element;
}

static const UsherJsonToken *
find (UsherJson *self, const char *path)
{
  const UsherJsonToken *token = self->tokens;

  while (*path != '\0' && token != NULL)
    {
      gsize length = strcspn (path, ".");

      if (token->type == USHER_JSON_OBJECT)
        token = find_member (self, token, path, length);
      else if (token->type == USHER_JSON_ARRAY)
        token = find_element (self, token, path, length);
      else
        return NULL;

      path += length;
      if (*path == '.')
        path++;
    }

  return token;
}

/**
 * usher_json_get_kind:
 * @self: a JSON value
 * @path: a path
 *
 * Tells what stands at a path.
 *
 * Returns: the type of the value, or `USHER_JSON_MISSING`
 */
UsherJsonType
usher_json_get_kind (UsherJson *self, const char *path)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, USHER_JSON_MISSING);
  g_return_val_if_fail (path != NULL, USHER_JSON_MISSING);

  token = find (self, path);

  return token != NULL ? token->type : USHER_JSON_MISSING;
}

/**
 * usher_json_get_string:
 * @self: a JSON value
 * @path: a path
 *
 * Gets the decoded text of a string.
 *
 * Returns: (nullable): the text, which lives as long as @self, or `NULL` when there is no string
 */
const char *
usher_json_get_string (UsherJson *self, const char *path)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  token = find (self, path);
  if (token == NULL || token->type != USHER_JSON_STRING)
    return NULL;

  return self->strings + token->string;
}

/**
 * usher_json_get_integer:
 * @self: a JSON value
 * @path: a path
 * @value: (out): the number
 *
 * Gets a number without fraction and exponent.
 *
 * Returns: whether there is one that fits
 */
gboolean
usher_json_get_integer (UsherJson *self, const char *path, gint64 *value)
{
  const UsherJsonToken *token = NULL;
  char buffer[24];

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  token = find (self, path);
  if (token == NULL || token->type != USHER_JSON_NUMBER || token->length >= sizeof buffer)
    return FALSE;

  memcpy (buffer, self->text + token->start, token->length);
  buffer[token->length] = '\0';

  return g_ascii_string_to_signed (buffer, 10, G_MININT64, G_MAXINT64, value, NULL);
}

/**
 * usher_json_get_boolean:
 * @self: a JSON value
 * @path: a path
 * @value: (out): the value
 *
 * Gets `true` or `false`.
 *
 * Returns: whether there is one
 */
gboolean
usher_json_get_boolean (UsherJson *self, const char *path, gboolean *value)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  token = find (self, path);
  if (token == NULL || token->type != USHER_JSON_BOOLEAN)
    return FALSE;

  *value = self->text[token->start] == 't';

  return TRUE;
}

/* Appends the leading digits of a text, at most @max, to @value; FALSE when they do not fit. */
static gboolean
take_digits (const char **text, const char *end, gsize max, guint64 *value, gsize *n_digits)
{
  for (*n_digits = 0; *n_digits < max && *text < end && g_ascii_isdigit (**text); (*n_digits)++)
    {
      if (!g_uint64_checked_mul (value, *value, 10) ||
          !g_uint64_checked_add (value, *value, (guint64) (**text - '0')))
        return FALSE;
      (*text)++;
    }

  return TRUE;
}

/* Exact: digits, and at most two after a point. */
static gboolean
parse_money (const char *text, gsize length, gint64 *minor_units)
{
  const char *at = text;
  const char *end = text + length;
  const char *whole = NULL;
  guint64 value = 0;
  gsize n_whole = 0;
  gsize n_decimals = 0;
  gboolean negative = length > 0 && text[0] == '-';

  at += negative ? 1 : 0;
  whole = at;
  if (!take_digits (&at, end, G_MAXSIZE, &value, &n_whole))
    return FALSE;
  if (n_whole == 0 || (n_whole > 1 && *whole == '0'))
    return FALSE;

  if (at < end && *at == '.')
    {
      at++;
      if (!take_digits (&at, end, 2, &value, &n_decimals) || n_decimals == 0)
        return FALSE;
    }
  if (at != end)
    return FALSE;

  for (; n_decimals < 2; n_decimals++)
    if (!g_uint64_checked_mul (&value, value, 10))
      return FALSE;
  if (value > (guint64) G_MAXINT64 + (negative ? 1 : 0))
    return FALSE;

  *minor_units = (gint64) (negative ? 0 - value : value);

  return TRUE;
}

gboolean
usher_json_read_money (UsherJson *self, const UsherJsonToken *token, gint64 *minor_units)
{
  const char *string = self->strings + token->string;

  if (token->type == USHER_JSON_NUMBER)
    return parse_money (self->text + token->start, token->length, minor_units);

  return token->type == USHER_JSON_STRING && parse_money (string, strlen (string), minor_units);
}

/**
 * usher_json_get_money:
 * @self: a JSON value
 * @path: a path
 * @minor_units: (out): the amount in minor units
 *
 * Gets an amount: a number, or a string that holds one, with at most two decimals and no
 * exponent. `19.99` is exactly 1999.
 *
 * Returns: whether there is one
 */
gboolean
usher_json_get_money (UsherJson *self, const char *path, gint64 *minor_units)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (minor_units != NULL, FALSE);

  token = find (self, path);

  return token != NULL && usher_json_read_money (self, token, minor_units);
}

/**
 * usher_json_get_length:
 * @self: a JSON value
 * @path: a path
 *
 * Counts the elements of an array or the members of an object.
 *
 * Returns: how many, 0 for anything else
 */
guint
usher_json_get_length (UsherJson *self, const char *path)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (path != NULL, 0);

  token = find (self, path);

  return token != NULL ? token->n_children : 0;
}

/**
 * usher_json_dup_text:
 * @self: a JSON value
 * @path: a path
 *
 * Copies the text of a value as it was written.
 *
 * Returns: (transfer full) (nullable): the text, or `NULL` when there is no such value
 */
char *
usher_json_dup_text (UsherJson *self, const char *path)
{
  const UsherJsonToken *token = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  token = find (self, path);

  return token != NULL ? g_strndup (self->text + token->start, token->length) : NULL;
}

const UsherJsonToken *
usher_json_get_root (UsherJson *self)
{
  return self->tokens;
}

const char *
usher_json_get_decoded (UsherJson *self, const UsherJsonToken *string)
{
  return self->strings + string->string;
}

const char *
usher_json_get_written (UsherJson *self, const UsherJsonToken *token)
{
  return self->text + token->start;
}

void
usher_json_foreach_member (UsherJson *self,
                           const char *path,
                           UsherJsonMemberFunc func,
                           gpointer user_data)
{
  const UsherJsonToken *object = find (self, path);
  const UsherJsonToken *key = object + 1;

  if (object == NULL || object->type != USHER_JSON_OBJECT)
    return;

  for (guint i = 0; i < object->n_children; i++)
    {
      const UsherJsonToken *value = key + 1;

      func (self->strings + key->string,
            value->type,
            self->text + key->start,
            value->start + value->length - key->start,
            user_data);
      key = self->tokens + value->next;
    }
}

static void
append_escape (GString *string, guchar c)
{
  static const char names[] = "\"\\bfnrt";
  static const char values[] = "\"\\\b\f\n\r\t";
  const char *found = c != '\0' ? strchr (values, c) : NULL;

  if (found == NULL)
    {
      g_string_append_printf (string, "\\u%04x", (guint) c);
      return;
    }
  g_string_append_c (string, '\\');
  g_string_append_c (string, names[found - values]);
}

/**
 * usher_json_append_string:
 * @string: where to write
 * @value: a text in UTF-8
 *
 * Appends a JSON string with its quotes.
 */
void
usher_json_append_string (GString *string, const char *value)
{
  const char *run = value;

  g_return_if_fail (string != NULL);
  g_return_if_fail (value != NULL);

  g_string_append_c (string, '"');
  for (; *value != '\0'; value++)
    {
      guchar c = (guchar) *value;

      if (c >= 0x20 && c != '"' && c != '\\')
        continue;
      g_string_append_len (string, run, value - run);
      append_escape (string, c);
      run = value + 1;
    }
  g_string_append_len (string, run, value - run);
  g_string_append_c (string, '"');
}

/* Appends a number in decimal, without printf(), which allocates. */
void
usher_json_append_digits (GString *string, guint64 value)
{
  char digits[20];
  gsize start = sizeof digits;

  do
    {
      digits[--start] = (char) ('0' + value % 10);
      value /= 10;
    }
  while (value > 0);

  g_string_append_len (string, digits + start, (gssize) (sizeof digits - start));
}

/**
 * usher_json_append_money:
 * @string: where to write
 * @minor_units: an amount
 *
 * Appends an amount as a decimal number: 1999 as `19.99`, 2000 as `20`, 50 as `0.5`.
 */
void
usher_json_append_money (GString *string, gint64 minor_units)
{
  guint64 value = minor_units < 0 ? (guint64) - (minor_units + 1) + 1 : (guint64) minor_units;
  guint64 cents = value % 100;

  g_return_if_fail (string != NULL);

  if (minor_units < 0)
    g_string_append_c (string, '-');
  usher_json_append_digits (string, value / 100);
  if (cents == 0)
    return;

  g_string_append_c (string, '.');
  g_string_append_c (string, (char) ('0' + cents / 10));
  if (cents % 10 != 0)
    g_string_append_c (string, (char) ('0' + cents % 10));
}
