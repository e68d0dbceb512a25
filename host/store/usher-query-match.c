/* usher-query-match.c: documents, held against a query
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-query-private.h"

#include <string.h>

/* (nullable) */
static const UsherField *
find_field (UsherDocument *document, const char *name)
{
  UsherSchema *schema = usher_document_get_schema (document);
  int index = usher_schema_find_field (schema, name);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  return index >= 0 ? &fields[index] : NULL;
}

char *
usher_query_dup_value (UsherDocument *document, const UsherField *field)
{
  if (field->type == USHER_FIELD_JSON || !usher_document_has (document, field->name))
    return NULL;
  if (usher_query_is_text (field))
    return g_strdup (usher_document_get_string (document, field->name));
  if (field->type == USHER_FIELD_BOOLEAN)
    return g_strdup (usher_document_get_boolean (document, field->name) ? "true" : "false");

  return g_strdup_printf ("%" G_GINT64_FORMAT, usher_document_get_integer (document, field->name));
}

static gboolean
holds_of_number (const UsherQueryCondition *condition, gint64 value)
{
  gint64 limit = g_ascii_strtoll (condition->value, NULL, 10);

  return condition->test == USHER_QUERY_AT_LEAST ? value >= limit : value < limit;
}

static gboolean
holds (const UsherQueryCondition *condition, UsherDocument *document)
{
  const UsherField *field = find_field (document, condition->field);
  gboolean has = field != NULL && usher_document_has (document, condition->field);
  g_autofree char *value = NULL;

  if (field == NULL || condition->value == NULL || !has)
    return field != NULL && condition->value == NULL && !has;

  if (condition->test == USHER_QUERY_AT_LEAST || condition->test == USHER_QUERY_BELOW)
    return !usher_query_is_text (field) && field->type != USHER_FIELD_BOOLEAN &&
           holds_of_number (condition, usher_document_get_integer (document, field->name));

  value = usher_query_dup_value (document, field);

  return condition->test == USHER_QUERY_PREFIX ? g_str_has_prefix (value, condition->value)
                                               : strcmp (value, condition->value) == 0;
}

/**
 * usher_query_matches:
 * @self: a query
 * @document: a document
 *
 * Tells whether a document is of the collection and fulfils all conditions; neither order nor page matters.
 *
 * Returns: whether it does
 */
gboolean
usher_query_matches (UsherQuery *self, UsherDocument *document)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (strcmp (usher_query_get_collection (self),
              usher_schema_get_collection (usher_document_get_schema (document))) != 0)
    return FALSE;
  for (guint i = 0; i < usher_query_get_n_conditions (self); i++)
    if (!holds (usher_query_get_condition (self, i), document))
      return FALSE;

  return TRUE;
}

/**
 * usher_query_dup_place:
 * @self: a query
 * @document: a document that it found
 *
 * Writes down which place a document has in an order by values, for [method@Query.after_value].
 *
 * Returns: (transfer full) (nullable): its value as text, `NULL` when the order is not by values, or it has none
 */
char *
usher_query_dup_place (UsherQuery *self, UsherDocument *document)
{
  const char *order = NULL;
  const UsherField *field = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (document != NULL, NULL);

  order = usher_query_get_order (self);
  field = order != NULL ? find_field (document, order) : NULL;

  return field != NULL ? usher_query_dup_value (document, field) : NULL;
}
