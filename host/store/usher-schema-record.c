/* usher-schema-record.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-schema-record-private.h"

#include <string.h>

#include "usher-error.h"

#define PRIVATE "private"

/* in the order of UsherFieldType */
static const char *const types[] = {
  "string", "id", "integer", "boolean", "money", "time", "json",
};

static void
clear_field (gpointer data)
{
  g_free (((UsherRecordedField *) data)->name);
}

static void
clear_clash (gpointer data)
{
  clear_field (&((UsherSchemaClash *) data)->was);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const UsherRecordedField *) a)->name, ((const UsherRecordedField *) b)->name);
}

static gboolean
is_private (const UsherField *field)
{
  return (field->flags & USHER_FIELD_PRIVATE) != 0;
}

GArray *
usher_schema_record_read (const char *record)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (UsherRecordedField));
  g_auto (GStrv) lines = g_strsplit (record != NULL ? record : "", "\n", -1);

  g_array_set_clear_func (fields, clear_field);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      UsherRecordedField field = { 0 };

      if (words[0] == NULL || words[1] == NULL)
        continue;
      while (field.type < G_N_ELEMENTS (types) && strcmp (types[field.type], words[1]) != 0)
        field.type++;
      field.name = g_strdup (words[0]);
      field.is_private = g_strcmp0 (words[2], PRIVATE) == 0;
      g_array_append_val (fields, field);
    }
  g_array_sort (fields, compare_names);

  return fields;
}

static void
append_line (GString *record, const char *name, UsherFieldType type, gboolean is_kept_apart)
{
  g_string_append_printf (record, "%s %s%s\n", name, types[type], is_kept_apart ? " " PRIVATE : "");
}

/* Whether one of two names is an object that the other nests in. */
static gboolean
nests (const char *name, const char *other)
{
  gsize length = MIN (strlen (name), strlen (other));

  return strncmp (name, other, length) == 0 && (name[length] == '.' || other[length] == '.');
}

static gboolean
is_clash (const UsherRecordedField *was, const UsherField *field)
{
  if (strcmp (was->name, field->name) == 0)
    return was->type != field->type || was->is_private != is_private (field);

  return was->is_private == is_private (field) && nests (was->name, field->name);
}

/* (nullable): what the schema has in the place of a field that was stored */
static const UsherField *
find_clash (const UsherRecordedField *was, UsherSchema *schema)
{
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    if (is_clash (was, &fields[i]))
      return &fields[i];

  return NULL;
}

char *
usher_schema_record_merge (const char *record, UsherSchema *schema)
{
  g_autoptr (GArray) before = usher_schema_record_read (record);
  GString *merged = g_string_new (NULL);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    append_line (merged, fields[i].name, fields[i].type, is_private (&fields[i]));
  for (guint i = 0; i < before->len; i++)
    {
      const UsherRecordedField *was = &g_array_index (before, UsherRecordedField, i);

      if (usher_schema_find_field (schema, was->name) < 0 && find_clash (was, schema) == NULL &&
          was->type < G_N_ELEMENTS (types))
        append_line (merged, was->name, was->type, was->is_private);
    }

  return g_string_free (merged, FALSE);
}

GArray *
usher_schema_record_list_clashes (const char *record, UsherSchema *schema)
{
  g_autoptr (GArray) before = usher_schema_record_read (record);
  GArray *clashes = g_array_new (FALSE, FALSE, sizeof (UsherSchemaClash));

  g_array_set_clear_func (clashes, clear_clash);
  for (guint i = 0; i < before->len; i++)
    {
      const UsherRecordedField *was = &g_array_index (before, UsherRecordedField, i);
      UsherSchemaClash clash = { *was, find_clash (was, schema) };

      if (clash.field == NULL)
        continue;
      clash.was.name = g_strdup (was->name);
      g_array_append_val (clashes, clash);
    }

  return clashes;
}

static char *
describe (const char *name, UsherFieldType type, gboolean is_kept_apart)
{
  return g_strdup_printf ("“%s” %s%s",
                          name,
                          is_kept_apart ? "private " : "",
                          type < G_N_ELEMENTS (types) ? types[type] : "of an unknown type");
}

void
usher_schema_clash_refuse (const UsherSchemaClash *self,
                           UsherSchema *schema,
                           const char *where,
                           const char *id,
                           GError **error)
{
  g_autofree char *was = describe (self->was.name, self->was.type, self->was.is_private);
  g_autofree char *wants =
      describe (self->field->name, self->field->type, is_private (self->field));

  g_set_error (
      error,
      USHER_ERROR,
      USHER_ERROR_INVALID,
      "%s: documents of collection “%s” have field %s, such as “%s”, and the service declares %s: "
      "declare it as it was, or give the new field another name, which an upgrade may fill from "
      "the old one, or take the old one out of all documents first (docs/evolution.md)",
      where,
      usher_schema_get_collection (schema),
      was,
      id,
      wants);
}
