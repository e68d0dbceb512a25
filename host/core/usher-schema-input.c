/* usher-schema-input.c: what a request brings, held against the fields
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-schema.h"

#include <string.h>

#include "usher-document.h"
#include "usher-fit-private.h"
#include "usher-id.h"
#include "usher-text-private.h"

#define DIGITS "0123456789"

static UsherFit
judge_range (const UsherField *field, gint64 value)
{
  if (field->min == 0 && field->max == 0)
    return USHER_FIT;
  if (value > field->max)
    return USHER_FIT_TOO_MUCH;

  return value >= field->min ? USHER_FIT : USHER_FIT_TOO_LITTLE;
}

static UsherFit
judge_string (const UsherField *field, const char *text)
{
  if (field->type == USHER_FIELD_ID && *text == '\0')
    return USHER_FIT_MISSING;
  if (field->type == USHER_FIELD_ID)
    return usher_id_is_valid (text) ? USHER_FIT : USHER_FIT_OTHER_TYPE;

  if ((field->flags & USHER_FIELD_TEXT) != 0)
    {
      if (!usher_text_is_visible (text))
        return USHER_FIT_MISSING;
      if (usher_text_has_controls (text))
        return USHER_FIT_CONTROLS;
    }

  return judge_range (field, g_utf8_strlen (text, -1));
}

static UsherFit
read_string (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  const char *text = usher_json_get_string (json, field->name);
  g_autofree char *trimmed = NULL;
  UsherFit fit;

  if (text == NULL)
    return USHER_FIT_OTHER_TYPE;

  if ((field->flags & (USHER_FIELD_TRIM | USHER_FIELD_TEXT)) != 0)
    {
      trimmed = usher_text_trim (text);
      text = trimmed;
    }
  fit = judge_string (field, text);
  if (fit == USHER_FIT)
    usher_document_set_string (document, field->name, text);

  return fit;
}

/* what is wrong with the text of a number that cannot be kept */
static UsherFit
judge_digits (const UsherField *field, const char *text)
{
  gboolean is_negative = *text == '-';
  const char *whole = text + (is_negative ? 1 : 0);
  gsize n_whole = strspn (whole, DIGITS);
  const char *rest = whole + n_whole;
  gsize n_decimals = *rest == '.' ? strspn (rest + 1, DIGITS) : 0;

  /* a form sends what is not filled in so */
  if (*text == '\0')
    return USHER_FIT_MISSING;
  if (n_whole == 0 || (n_whole > 1 && *whole == '0') || (*rest == '.' && n_decimals == 0))
    return USHER_FIT_OTHER_TYPE;
  if (n_decimals > 0 && field->type == USHER_FIELD_INTEGER)
    return USHER_FIT_NOT_PLAIN;

  rest += n_decimals > 0 ? n_decimals + 1 : 0;
  if (*rest == 'e' || *rest == 'E')
    return USHER_FIT_NOT_PLAIN;
  if (*rest != '\0')
    return USHER_FIT_OTHER_TYPE;
  if (n_decimals > 2)
    return USHER_FIT_TOO_FINE;

  return is_negative ? USHER_FIT_TOO_LITTLE : USHER_FIT_TOO_MUCH;
}

static UsherFit
judge_number (const UsherField *field, UsherJson *json)
{
  UsherJsonType kind = usher_json_get_kind (json, field->name);
  g_autofree char *text = NULL;

  if (kind == USHER_JSON_STRING && field->type == USHER_FIELD_MONEY)
    return judge_digits (field, usher_json_get_string (json, field->name));
  if (kind != USHER_JSON_NUMBER || field->type == USHER_FIELD_TIME)
    return USHER_FIT_OTHER_TYPE;

  text = usher_json_dup_text (json, field->name);

  return judge_digits (field, text);
}

static UsherFit
read_number (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  gint64 value = 0;
  const char *text = usher_json_get_string (json, field->name);
  gboolean ok = FALSE;
  UsherFit fit;

  if (field->type == USHER_FIELD_INTEGER)
    ok = usher_json_get_integer (json, field->name, &value);
  else if (field->type == USHER_FIELD_MONEY)
    ok = usher_json_get_money (json, field->name, &value);
  else
    ok = text != NULL && usher_time_parse (text, &value, NULL);

  fit = ok ? judge_range (field, value) : judge_number (field, json);
  if (fit == USHER_FIT)
    usher_document_set_integer (document, field->name, value);

  return fit;
}

static UsherFit
read_boolean (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  gboolean value = FALSE;

  if (!usher_json_get_boolean (json, field->name, &value))
    return USHER_FIT_OTHER_TYPE;

  usher_document_set_boolean (document, field->name, value);

  return USHER_FIT;
}

static UsherFit
read_value (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  g_autofree char *text = NULL;

  switch (field->type)
    {
    case USHER_FIELD_STRING:
    case USHER_FIELD_ID:
      return read_string (field, json, document);

    case USHER_FIELD_INTEGER:
    case USHER_FIELD_MONEY:
    case USHER_FIELD_TIME:
      return read_number (field, json, document);

    case USHER_FIELD_BOOLEAN:
      return read_boolean (field, json, document);

    case USHER_FIELD_JSON:
    default:
      text = usher_json_dup_text (json, field->name);
      usher_document_set_string (document, field->name, text);
      return USHER_FIT;
    }
}

static UsherFit
read_field (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  UsherJsonType kind = usher_json_get_kind (json, field->name);

  if (kind != USHER_JSON_MISSING && kind != USHER_JSON_NULL)
    return read_value (field, json, document);

  return (field->flags & USHER_FIELD_REQUIRED) != 0 ? USHER_FIT_MISSING : USHER_FIT;
}

/**
 * usher_schema_read:
 * @self: a schema
 * @json: an input
 * @problems: where to add what is wrong
 *
 * Reads the fields that are flagged `USHER_FIELD_INPUT` out of a request's body. Others are left
 * alone; `null` is as good as missing. Each field that does not fit adds a sentence about its cause, in the order of the fields
 * whatever that of the body is: see [struct@Field].
 *
 * Returns: (transfer full) (nullable): a document without id, or `NULL` when a problem was added
 */
UsherDocument *
usher_schema_read (UsherSchema *self, UsherJson *json, UsherProblems *problems)
{
  g_autoptr (UsherDocument) document = NULL;
  const UsherField *fields = NULL;
  guint n_fields = 0;
  guint n_before = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (problems != NULL, NULL);

  n_before = usher_problems_get_length (problems);
  document = usher_document_new (self);
  fields = usher_schema_get_fields (self, &n_fields);
  for (guint i = 0; i < n_fields; i++)
    {
      const UsherField *field = &fields[i];
      g_autofree char *message = NULL;
      UsherFit fit;

      if ((field->flags & USHER_FIELD_INPUT) == 0)
        continue;
      fit = read_field (field, json, document);
      if (fit == USHER_FIT)
        continue;

      message = usher_fit_dup_message (fit, field);
      usher_problems_add (problems, field->name, message);
    }

  return usher_problems_get_length (problems) == n_before ? g_steal_pointer (&document) : NULL;
}
