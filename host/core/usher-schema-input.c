/* usher-schema-input.c: what a request brings, held against the fields
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-schema.h"

#include "usher-document.h"
#include "usher-id.h"
#include "usher-text-private.h"

/* how an input fits its field */
typedef enum
{
  FITS,
  FITS_NOT,
  TOO_MUCH,
  UNREADABLE,
} Fit;

static Fit
judge_range (const UsherField *field, gint64 value)
{
  if (field->min == 0 && field->max == 0)
    return FITS;
  if (value > field->max)
    return TOO_MUCH;

  return value >= field->min ? FITS : FITS_NOT;
}

static Fit
judge_string (const UsherField *field, const char *text)
{
  if (field->type == USHER_FIELD_ID)
    return usher_id_is_valid (text) ? FITS : FITS_NOT;

  if ((field->flags & USHER_FIELD_TEXT) != 0)
    {
      if (!usher_text_is_visible (text))
        return FITS_NOT;
      if (usher_text_has_controls (text))
        return UNREADABLE;
    }

  return judge_range (field, g_utf8_strlen (text, -1));
}

static Fit
read_string (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  const char *text = usher_json_get_string (json, field->name);
  g_autofree char *trimmed = NULL;
  Fit fit;

  if (text == NULL)
    return FITS_NOT;

  if ((field->flags & (USHER_FIELD_TRIM | USHER_FIELD_TEXT)) != 0)
    {
      trimmed = usher_text_trim (text);
      text = trimmed;
    }
  fit = judge_string (field, text);
  if (fit == FITS)
    usher_document_set_string (document, field->name, text);

  return fit;
}

/* a number that cannot be kept, which may be because it is too great for that too */
static Fit
judge_number (const UsherField *field, UsherJson *json)
{
  gboolean is_money = field->type == USHER_FIELD_MONEY;
  double most = (double) field->max / (is_money ? 100 : 1);
  const char *string = is_money ? usher_json_get_string (json, field->name) : NULL;
  g_autofree char *text =
      string != NULL ? g_strdup (string) : usher_json_dup_text (json, field->name);

  return g_ascii_isdigit (*text) && g_ascii_strtod (text, NULL) > most ? TOO_MUCH : FITS_NOT;
}

static Fit
read_number (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  gint64 value = 0;
  const char *text = usher_json_get_string (json, field->name);
  gboolean ok = FALSE;
  Fit fit;

  if (field->type == USHER_FIELD_INTEGER)
    ok = usher_json_get_integer (json, field->name, &value);
  else if (field->type == USHER_FIELD_MONEY)
    ok = usher_json_get_money (json, field->name, &value);
  else
    ok = text != NULL && usher_time_parse (text, &value, NULL);

  fit = ok ? judge_range (field, value) : judge_number (field, json);
  if (fit == FITS)
    usher_document_set_integer (document, field->name, value);

  return fit;
}

static Fit
read_boolean (const UsherField *field, UsherJson *json, UsherDocument *document)
{
  gboolean value = FALSE;

  if (!usher_json_get_boolean (json, field->name, &value))
    return FITS_NOT;

  usher_document_set_boolean (document, field->name, value);

  return FITS;
}

static Fit
read_field (const UsherField *field, UsherJson *json, UsherDocument *document)
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
      text = usher_json_dup_text (json, field->name);
      usher_document_set_string (document, field->name, text);
      return FITS;

    default:
      return FITS_NOT;
    }
}

/* what a person is told of an input that does not fit */
static char *
dup_message (const UsherField *field, Fit fit)
{
  if (fit == UNREADABLE)
    return g_strdup_printf ("%c%s must not contain control characters",
                            g_ascii_toupper (field->name[0]),
                            field->name + 1);
  if (fit == TOO_MUCH && field->max_message != NULL)
    return g_strdup (field->max_message);

  return field->message != NULL ? g_strdup (field->message)
                                : g_strdup_printf ("%s is not valid", field->name);
}

/**
 * usher_schema_read:
 * @self: a schema
 * @json: an input
 * @problems: where to add what is wrong
 *
 * Reads the fields that are flagged `USHER_FIELD_INPUT` out of a request's body. Others are left
 * alone; `null` is as good as missing. Each field that does not fit adds its message.
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
      UsherJsonType kind = USHER_JSON_MISSING;
      gboolean missing = FALSE;
      Fit fit = FITS_NOT;
      g_autofree char *message = NULL;

      if ((field->flags & USHER_FIELD_INPUT) == 0)
        continue;

      kind = usher_json_get_kind (json, field->name);
      missing = kind == USHER_JSON_MISSING || kind == USHER_JSON_NULL;
      if (!missing)
        fit = read_field (field, json, document);
      else if ((field->flags & USHER_FIELD_REQUIRED) == 0)
        fit = FITS;
      if (fit == FITS)
        continue;

      message = dup_message (field, fit);
      usher_problems_add (problems, field->name, message);
    }

  return usher_problems_get_length (problems) == n_before ? g_steal_pointer (&document) : NULL;
}
