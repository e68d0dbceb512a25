/* usher-fit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-fit-private.h"

#include "usher-clock.h"
#include "usher-json-private.h"
#include "usher-text-private.h"

static const char *
describe_type (UsherFieldType type)
{
  switch (type)
    {
    case USHER_FIELD_STRING:
      return "must be text";
    case USHER_FIELD_ID:
      return "must be an id";
    case USHER_FIELD_INTEGER:
    case USHER_FIELD_MONEY:
      return "must be a number";
    case USHER_FIELD_BOOLEAN:
      return "must be true or false";
    case USHER_FIELD_TIME:
      return "must be a time such as 2026-01-31T12:00:00.000Z";
    case USHER_FIELD_JSON:
    default:
      return "must be JSON";
    }
}

/* (transfer full): as an input would write it */
static char *
write_limit (const UsherField *field, gint64 limit)
{
  GString *text = NULL;

  if (field->type == USHER_FIELD_TIME)
    return usher_time_format (limit);

  text = g_string_new (NULL);
  if (field->type == USHER_FIELD_MONEY)
    usher_json_append_money (text, limit);
  else
    g_string_append_printf (text, "%" G_GINT64_FORMAT, limit);

  return g_string_free (text, FALSE);
}

/* (transfer full): what of a range an input is beyond */
static char *
describe_range (const UsherField *field, gboolean is_too_much)
{
  gint64 limit = is_too_much ? field->max : field->min;
  g_autofree char *text = write_limit (field, limit);

  /* it does not even fit the type */
  if (field->min == 0 && field->max == 0)
    return g_strdup (is_too_much ? "is too large" : "is too small");
  if (field->type == USHER_FIELD_TIME)
    return g_strdup_printf ("must not be %s %s", is_too_much ? "after" : "before", text);
  if (field->type != USHER_FIELD_STRING)
    return g_strdup_printf ("must be at %s %s", is_too_much ? "most" : "least", text);

  return g_strdup_printf ("must have at %s %s character%s",
                          is_too_much ? "most" : "least",
                          text,
                          limit == 1 ? "" : "s");
}

/* (transfer full): the sentence without its subject */
static char *
describe (UsherFit self, const UsherField *field)
{
  gboolean is_required = (field->flags & USHER_FIELD_REQUIRED) != 0;

  switch (self)
    {
    case USHER_FIT_TOO_LITTLE:
      return describe_range (field, FALSE);
    case USHER_FIT_TOO_MUCH:
      return describe_range (field, TRUE);
    case USHER_FIT_OTHER_TYPE:
      return g_strdup (describe_type (field->type));
    case USHER_FIT_NOT_PLAIN:
      return g_strdup (field->type == USHER_FIELD_MONEY
                           ? "must be written without an exponent"
                           : "must be a whole number, without a point or an exponent");
    case USHER_FIT_TOO_FINE:
      return g_strdup ("must have at most 2 decimals");
    case USHER_FIT_CONTROLS:
      return g_strdup ("must not contain control characters");
    case USHER_FIT:
    case USHER_FIT_MISSING:
    default:
      /* what need not be there is not missing, but empty */
      return g_strdup (is_required                         ? "is required"
                       : field->type == USHER_FIELD_STRING ? "must not be blank"
                                                           : describe_type (field->type));
    }
}

/* one sentence for whatever is wrong */
static gboolean
says_all (const UsherField *field)
{
  return field->message != NULL && g_strcmp0 (field->message, field->max_message) == 0;
}

char *
usher_fit_dup_message (UsherFit self, const UsherField *field)
{
  g_autofree char *label = NULL;
  g_autofree char *rest = NULL;

  if (says_all (field))
    return g_strdup (field->message);
  if ((self == USHER_FIT_MISSING || self == USHER_FIT_TOO_LITTLE) && field->message != NULL)
    return g_strdup (field->message);
  if (self == USHER_FIT_TOO_MUCH && field->max_message != NULL)
    return g_strdup (field->max_message);

  label = usher_text_capitalize (field->name);
  rest = describe (self, field);

  return g_strdup_printf ("%s %s", label, rest);
}
