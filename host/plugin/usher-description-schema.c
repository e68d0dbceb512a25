/* usher-description-schema.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-description-schema-private.h"

#include <string.h>

#define EXAMPLE_ID      "65f0c0ffee0123456789abcd"
#define EXAMPLE_TIME    "2026-01-31T12:00:00.000Z"
#define EXAMPLE_TEXT    "text"
#define EXAMPLE_MONEY   1999
#define EXAMPLE_INTEGER 1

#define ID_PATTERN "^[0-9a-f]{24}$"
/* as a form sends it */
#define MONEY_PATTERN "^(0|[1-9][0-9]*)(\\.[0-9]{1,2})?$"

/* what every document has, and no row for it */
static const UsherField id_field = { "id", USHER_FIELD_ID, USHER_FIELD_REQUIRED };
static const UsherField version_field = { "version", USHER_FIELD_INTEGER, USHER_FIELD_REQUIRED };

/* One walk through a table. */
typedef struct
{
  UsherDeclarations *service;
  const UsherShape *shape;
  UsherShapeUse use;
  GPtrArray *fields; /* (element-type UsherField): those that count */
  UsherJsonWriter *writer;
} Walk;

static gboolean
has_field (const UsherShape *shape, const char *name)
{
  for (guint i = 0; i < shape->n_fields; i++)
    if (g_str_equal (shape->fields[i].name, name))
      return TRUE;

  return FALSE;
}

/* Of the same rows as a collection, so that its documents are what is published. */
static gboolean
is_like (const UsherShape *event, UsherSchema *schema)
{
  guint n_fields = 0;
  guint n_shown = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    {
      if ((fields[i].flags & USHER_FIELD_PRIVATE) != 0)
        continue;
      if (!has_field (event, fields[i].name))
        return FALSE;
      n_shown++;
    }

  return n_shown == event->n_fields;
}

gboolean
usher_description_is_document (UsherDeclarations *service, const UsherShape *event)
{
  GPtrArray *schemas = usher_declarations_get_schemas (service);

  if (event->kind == USHER_SHAPE_COLLECTION)
    return TRUE;
  for (guint i = 0; event->kind == USHER_SHAPE_EVENT && i < schemas->len; i++)
    if (is_like (event, g_ptr_array_index (schemas, i)))
      return TRUE;

  return FALSE;
}

static gboolean
counts (const UsherField *field, UsherShapeUse use)
{
  return use == USHER_SHAPE_ASKED ? (field->flags & USHER_FIELD_INPUT) != 0
                                  : (field->flags & USHER_FIELD_PRIVATE) == 0;
}

/* (transfer full) */
static GPtrArray *
list_fields (UsherDeclarations *service, const UsherShape *shape, UsherShapeUse use)
{
  GPtrArray *fields = g_ptr_array_new ();

  if (use == USHER_SHAPE_TOLD && usher_description_is_document (service, shape))
    {
      if (!has_field (shape, id_field.name))
        g_ptr_array_add (fields, (gpointer) &id_field);
      if (!has_field (shape, version_field.name))
        g_ptr_array_add (fields, (gpointer) &version_field);
    }
  for (guint i = 0; i < shape->n_fields; i++)
    if (counts (&shape->fields[i], use))
      g_ptr_array_add (fields, (gpointer) &shape->fields[i]);

  return fields;
}

/* the end of those from @from on that nest in the member which begins at @offset of their names */
static guint
find_end (const Walk *walk, guint from, gsize offset)
{
  const char *name = ((const UsherField *) g_ptr_array_index (walk->fields, from))->name;
  gsize length = offset + strcspn (name + offset, ".");
  guint end = from + 1;

  while (end < walk->fields->len)
    {
      const char *other = ((const UsherField *) g_ptr_array_index (walk->fields, end))->name;

      if (strncmp (other, name, length) != 0 || other[length] != '.' || name[length] != '.')
        break;
      end++;
    }

  return end;
}

static gboolean
has_flag (const Walk *walk, guint from, guint to, UsherFieldFlags flag)
{
  for (guint i = from; i < to; i++)
    if ((((const UsherField *) g_ptr_array_index (walk->fields, i))->flags & flag) != 0)
      return TRUE;

  return FALSE;
}

static const UsherFieldRemark *
find_remark (const Walk *walk, const UsherField *field)
{
  return usher_remarks_find_field (usher_declarations_get_remarks (walk->service),
                                   walk->shape->name,
                                   field->name);
}

/* What is not required may as well be null where it is asked for. */
static gboolean
is_nullable (const Walk *walk, const UsherField *field)
{
  if (walk->use == USHER_SHAPE_ASKED)
    return (field->flags & USHER_FIELD_REQUIRED) == 0;

  return (field->flags & USHER_FIELD_NULLABLE) != 0 && strchr (field->name, '.') == NULL;
}

static void
write_type (const Walk *walk, const UsherField *field, const char *type, const char *other)
{
  gboolean may_be_null = is_nullable (walk, field);

  if (other == NULL && !may_be_null)
    {
      usher_json_writer_set_string (walk->writer, "type", type);
      return;
    }

  usher_json_writer_add_member (walk->writer, "type");
  usher_json_writer_begin_array (walk->writer);
  usher_json_writer_add_string (walk->writer, type);
  if (other != NULL)
    usher_json_writer_add_string (walk->writer, other);
  if (may_be_null)
    usher_json_writer_add_string (walk->writer, "null");
  usher_json_writer_end_array (walk->writer);
}

/* What is stored need not keep to what was asked for. */
static gboolean
has_range (const Walk *walk, const UsherField *field)
{
  return walk->use == USHER_SHAPE_ASKED && (field->min != 0 || field->max != 0);
}

static void
write_string (const Walk *walk, const UsherField *field)
{
  const UsherFieldRemark *remark = find_remark (walk, field);

  write_type (walk, field, "string", NULL);
  if (has_range (walk, field))
    {
      usher_json_writer_set_integer (walk->writer, "minLength", MAX (field->min, 0));
      if (field->max < G_MAXINT64)
        usher_json_writer_set_integer (walk->writer, "maxLength", MAX (field->max, 0));
    }
  if (remark == NULL || remark->values == NULL)
    return;

  usher_json_writer_add_member (walk->writer, "enum");
  usher_json_writer_begin_array (walk->writer);
  for (guint i = 0; remark->values[i] != NULL; i++)
    usher_json_writer_add_string (walk->writer, remark->values[i]);
  if (is_nullable (walk, field))
    usher_json_writer_add_null (walk->writer);
  usher_json_writer_end_array (walk->writer);
}

static void
write_integer (const Walk *walk, const UsherField *field)
{
  write_type (walk, field, "integer", NULL);
  usher_json_writer_set_string (walk->writer, "format", "int64");
  if (!has_range (walk, field))
    return;

  usher_json_writer_set_integer (walk->writer, "minimum", field->min);
  usher_json_writer_set_integer (walk->writer, "maximum", field->max);
}

static void
write_money (const Walk *walk, const UsherField *field)
{
  gboolean is_asked = walk->use == USHER_SHAPE_ASKED;

  write_type (walk, field, "number", is_asked ? "string" : NULL);
  if (is_asked)
    usher_json_writer_set_string (walk->writer, "pattern", MONEY_PATTERN);
  if (!has_range (walk, field))
    return;

  usher_json_writer_set_money (walk->writer, "minimum", field->min);
  usher_json_writer_set_money (walk->writer, "maximum", field->max);
}

static void
write_leaf_members (const Walk *walk, const UsherField *field)
{
  switch (field->type)
    {
    case USHER_FIELD_STRING:
      write_string (walk, field);
      break;

    case USHER_FIELD_ID:
      write_type (walk, field, "string", NULL);
      usher_json_writer_set_string (walk->writer, "pattern", ID_PATTERN);
      break;

    case USHER_FIELD_INTEGER:
      write_integer (walk, field);
      break;

    case USHER_FIELD_BOOLEAN:
      write_type (walk, field, "boolean", NULL);
      break;

    case USHER_FIELD_MONEY:
      write_money (walk, field);
      break;

    case USHER_FIELD_TIME:
      write_type (walk, field, "string", NULL);
      usher_json_writer_set_string (walk->writer, "format", "date-time");
      break;

    case USHER_FIELD_JSON:
    default:
      break;
    }
}

static void
write_leaf (const Walk *walk, const UsherField *field)
{
  const UsherFieldRemark *remark = find_remark (walk, field);

  usher_json_writer_begin_object (walk->writer);
  write_leaf_members (walk, field);
  if (remark != NULL && remark->description != NULL)
    usher_json_writer_set_string (walk->writer, "description", remark->description);
  usher_json_writer_end_object (walk->writer);
}

/* (transfer full): as long as it has to be */
static char *
make_text (const Walk *walk, const UsherField *field)
{
  const UsherFieldRemark *remark = find_remark (walk, field);
  GString *text = NULL;

  if (remark != NULL && remark->example != NULL)
    return g_strdup (remark->example);
  if (remark != NULL && remark->values != NULL && remark->values[0] != NULL)
    return g_strdup (remark->values[0]);

  text = g_string_new (EXAMPLE_TEXT);
  if (has_range (walk, field))
    {
      while ((gint64) text->len < MIN (field->min, 4096))
        g_string_append_c (text, 'x');
      if ((gint64) text->len > field->max)
        g_string_truncate (text, MAX (field->max, 0));
    }

  return g_string_free (text, FALSE);
}

static gint64
choose_number (const Walk *walk, const UsherField *field, gint64 number)
{
  return has_range (walk, field) ? CLAMP (number, field->min, field->max) : number;
}

static void
write_leaf_example (const Walk *walk, const UsherField *field)
{
  g_autofree char *text = NULL;

  switch (field->type)
    {
    case USHER_FIELD_ID:
      usher_json_writer_add_string (walk->writer, EXAMPLE_ID);
      break;

    case USHER_FIELD_INTEGER:
      usher_json_writer_add_integer (walk->writer, choose_number (walk, field, EXAMPLE_INTEGER));
      break;

    case USHER_FIELD_BOOLEAN:
      usher_json_writer_add_boolean (walk->writer, TRUE);
      break;

    case USHER_FIELD_MONEY:
      usher_json_writer_add_money (walk->writer, choose_number (walk, field, EXAMPLE_MONEY));
      break;

    case USHER_FIELD_TIME:
      usher_json_writer_add_string (walk->writer, EXAMPLE_TIME);
      break;

    case USHER_FIELD_JSON:
      usher_json_writer_begin_object (walk->writer);
      usher_json_writer_end_object (walk->writer);
      break;

    case USHER_FIELD_STRING:
    default:
      text = make_text (walk, field);
      usher_json_writer_add_string (walk->writer, text);
      break;
    }
}

static void write_object (const Walk *walk, guint from, guint to, gsize offset);

static void
write_group (const Walk *walk, guint from, guint to, gsize offset, gsize length)
{
  gboolean may_be_null = offset == 0 && walk->use == USHER_SHAPE_TOLD &&
                         has_flag (walk, from, to, USHER_FIELD_NULLABLE);

  if (!may_be_null)
    {
      write_object (walk, from, to, offset + length + 1);
      return;
    }

  usher_json_writer_begin_object (walk->writer);
  usher_json_writer_add_member (walk->writer, "anyOf");
  usher_json_writer_begin_array (walk->writer);
  write_object (walk, from, to, offset + length + 1);
  usher_json_writer_begin_object (walk->writer);
  usher_json_writer_set_string (walk->writer, "type", "null");
  usher_json_writer_end_object (walk->writer);
  usher_json_writer_end_array (walk->writer);
  usher_json_writer_end_object (walk->writer);
}

static void
write_properties (const Walk *walk, guint from, guint to, gsize offset)
{
  guint end = 0;

  usher_json_writer_add_member (walk->writer, "properties");
  usher_json_writer_begin_object (walk->writer);
  for (guint i = from; i < to; i = end)
    {
      const UsherField *field = g_ptr_array_index (walk->fields, i);
      gsize length = strcspn (field->name + offset, ".");
      g_autofree char *name = g_strndup (field->name + offset, length);

      end = find_end (walk, i, offset);
      usher_json_writer_add_member (walk->writer, name);
      if (field->name[offset + length] == '.')
        write_group (walk, i, end, offset, length);
      else
        write_leaf (walk, field);
    }
  usher_json_writer_end_object (walk->writer);
}

static void
write_required (const Walk *walk, guint from, guint to, gsize offset)
{
  guint end = 0;

  usher_json_writer_add_member (walk->writer, "required");
  usher_json_writer_begin_array (walk->writer);
  for (guint i = from; i < to; i = end)
    {
      const UsherField *field = g_ptr_array_index (walk->fields, i);
      g_autofree char *name = g_strndup (field->name + offset, strcspn (field->name + offset, "."));

      end = find_end (walk, i, offset);
      if (has_flag (walk, i, end, USHER_FIELD_REQUIRED))
        usher_json_writer_add_string (walk->writer, name);
    }
  usher_json_writer_end_array (walk->writer);
}

static void
write_object (const Walk *walk, guint from, guint to, gsize offset)
{
  usher_json_writer_begin_object (walk->writer);
  usher_json_writer_set_string (walk->writer, "type", "object");
  write_properties (walk, from, to, offset);
  if (has_flag (walk, from, to, USHER_FIELD_REQUIRED))
    write_required (walk, from, to, offset);
  usher_json_writer_end_object (walk->writer);
}

static void
write_object_example (const Walk *walk, guint from, guint to, gsize offset)
{
  guint end = 0;

  usher_json_writer_begin_object (walk->writer);
  for (guint i = from; i < to; i = end)
    {
      const UsherField *field = g_ptr_array_index (walk->fields, i);
      gsize length = strcspn (field->name + offset, ".");
      g_autofree char *name = g_strndup (field->name + offset, length);

      end = find_end (walk, i, offset);
      usher_json_writer_add_member (walk->writer, name);
      if (field->name[offset + length] == '.')
        write_object_example (walk, i, end, offset + length + 1);
      else
        write_leaf_example (walk, field);
    }
  usher_json_writer_end_object (walk->writer);
}

void
usher_description_write_schema (UsherDeclarations *service,
                                const UsherShape *shape,
                                UsherShapeUse use,
                                UsherJsonWriter *writer)
{
  g_autoptr (GPtrArray) fields = list_fields (service, shape, use);
  const Walk walk = { service, shape, use, fields, writer };

  write_object (&walk, 0, fields->len, 0);
}

void
usher_description_write_example (UsherDeclarations *service,
                                 const UsherShape *shape,
                                 UsherShapeUse use,
                                 UsherJsonWriter *writer)
{
  g_autoptr (GPtrArray) fields = list_fields (service, shape, use);
  const Walk walk = { service, shape, use, fields, writer };

  write_object_example (&walk, 0, fields->len, 0);
}

void
usher_description_write_field (UsherDeclarations *service,
                               const UsherShape *shape,
                               const UsherField *field,
                               UsherShapeUse use,
                               UsherJsonWriter *writer)
{
  const Walk walk = { service, shape, use, NULL, writer };

  write_leaf (&walk, field);
}
