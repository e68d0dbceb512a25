/* usher-event-schema.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-schema-private.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-error.h"
#include "usher-event.h"
#include "usher-field-private.h"
#include "usher-id.h"
#include "usher-json-private.h"

struct _UsherEventSchema
{
  char *channel;     /* (owned) */
  GPtrArray *fields; /* (owned) (element-type UsherField) */
  GArray *rows;      /* (owned) (element-type UsherField): the same, borrowed from @fields */
};

/* what every document has besides its fields */
static gboolean
is_of_every_document (const char *name)
{
  return g_strcmp0 (name, "id") == 0 || g_strcmp0 (name, "version") == 0;
}

static const UsherField *
find_field (const UsherEventSchema *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const UsherField *field = g_ptr_array_index (self->fields, i);

      if (g_str_equal (field->name, name))
        return field;
    }

  return NULL;
}

/* Names and types are held to what those of a collection are. */
static gboolean
check_fields (const char *channel, const UsherField *fields, guint n_fields, GError **error)
{
  g_autofree UsherField *own = g_new0 (UsherField, n_fields + 1);
  g_autoptr (UsherSchema) schema = NULL;
  guint n_own = 0;

  for (guint i = 0; i < n_fields; i++)
    if (!is_of_every_document (fields[i].name))
      own[n_own++] = fields[i];

  schema = usher_schema_new ("payload", own, n_own, error);
  if (schema == NULL)
    g_prefix_error (error, "event “%s”: ", channel);

  return schema != NULL;
}

static gboolean
add_field (UsherEventSchema *self, const UsherField *field, GError **error)
{
  if ((field->flags & USHER_FIELD_PRIVATE) != 0)
    return TRUE;
  if (find_field (self, field->name) != NULL)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "event “%s”: field “%s” is there twice",
                         self->channel,
                         field->name);

  g_ptr_array_add (self->fields, usher_field_copy (field));
  g_array_append_vals (self->rows, g_ptr_array_index (self->fields, self->fields->len - 1), 1);

  return TRUE;
}

UsherEventSchema *
usher_event_schema_new (const char *channel,
                        const UsherField *fields,
                        guint n_fields,
                        GError **error)
{
  g_autoptr (UsherEventSchema) self = NULL;

  if (!usher_event_is_channel (channel))
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "“%s” is no name for the channel of an event",
                    channel);
      return NULL;
    }
  if (!check_fields (channel, fields, n_fields, error))
    return NULL;

  self = g_new0 (UsherEventSchema, 1);
  self->channel = g_strdup (channel);
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_field_free);
  self->rows = g_array_new (FALSE, FALSE, sizeof (UsherField));
  for (guint i = 0; i < n_fields; i++)
    if (!add_field (self, &fields[i], error))
      return NULL;

  return g_steal_pointer (&self);
}

void
usher_event_schema_free (UsherEventSchema *self)
{
  g_free (self->channel);
  g_array_unref (self->rows);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

const UsherField *
usher_event_schema_get_fields (UsherEventSchema *self, guint *n_fields)
{
  *n_fields = self->rows->len;

  return (gconstpointer) self->rows->data;
}

const char *
usher_event_schema_get_channel (UsherEventSchema *self)
{
  return self->channel;
}

/* A required one is set, and of the same type. */
static gboolean
is_met (const UsherField *field, UsherDocument *document)
{
  gboolean is_required = (field->flags & USHER_FIELD_REQUIRED) != 0;
  UsherSchema *schema = usher_document_get_schema (document);
  const UsherField *own = NULL;
  guint n_fields = 0;
  int i;

  if (g_str_equal (field->name, "id"))
    return field->type == USHER_FIELD_ID && usher_document_get_id (document) != NULL;
  if (g_str_equal (field->name, "version"))
    return field->type == USHER_FIELD_INTEGER;

  i = usher_schema_find_field (schema, field->name);
  if (i < 0)
    return FALSE;

  own = &usher_schema_get_fields (schema, &n_fields)[i];

  return own->type == field->type && (own->flags & USHER_FIELD_PRIVATE) == 0 &&
         (!is_required || usher_document_has (document, field->name));
}

gboolean
usher_event_schema_is_met_by (UsherEventSchema *self, UsherDocument *document)
{
  guint n_fields = 0;
  const UsherField *fields =
      usher_schema_get_fields (usher_document_get_schema (document), &n_fields);

  for (guint i = 0; i < self->fields->len; i++)
    if (!is_met (g_ptr_array_index (self->fields, i), document))
      return FALSE;

  for (guint i = 0; i < n_fields; i++)
    if ((fields[i].flags & USHER_FIELD_PRIVATE) == 0 && find_field (self, fields[i].name) == NULL &&
        usher_document_has (document, fields[i].name))
      return FALSE;

  return TRUE;
}

/* As [class@Document] writes it: an amount is an exact number, and a time is ISO 8601. */
static gboolean
is_of_type (const UsherField *field, UsherJson *payload, UsherJsonType kind)
{
  const char *text = NULL;
  gboolean flag;
  gint64 number;

  switch (field->type)
    {
    case USHER_FIELD_STRING:
      return kind == USHER_JSON_STRING;

    case USHER_FIELD_ID:
      text = usher_json_get_string (payload, field->name);
      return text != NULL && usher_id_is_valid (text);

    case USHER_FIELD_INTEGER:
      return usher_json_get_integer (payload, field->name, &number);

    case USHER_FIELD_BOOLEAN:
      return usher_json_get_boolean (payload, field->name, &flag);

    case USHER_FIELD_MONEY:
      return kind == USHER_JSON_NUMBER && usher_json_get_money (payload, field->name, &number);

    case USHER_FIELD_TIME:
      text = usher_json_get_string (payload, field->name);
      return text != NULL && usher_time_parse (text, &number, NULL);

    case USHER_FIELD_JSON:
    default:
      return TRUE;
    }
}

/* (transfer full) (nullable): what is wrong with one of the declared members; `null` is as good as missing */
static char *
find_fault_of_field (const UsherField *field, UsherJson *payload)
{
  UsherJsonType kind = usher_json_get_kind (payload, field->name);

  if (kind == USHER_JSON_MISSING || kind == USHER_JSON_NULL)
    return (field->flags & USHER_FIELD_REQUIRED) != 0
               ? g_strdup_printf ("member “%s” is missing", field->name)
               : NULL;

  return is_of_type (field, payload, kind)
             ? NULL
             : g_strdup_printf ("member “%s” is not of type “%s”",
                                field->name,
                                usher_field_type_to_string (field->type));
}

/* One walk through the members of a payload. */
typedef struct
{
  const UsherEventSchema *self;
  UsherJson *payload;
  UsherSchema *source; /* (nullable) */
  GString *path;       /* (unowned): of the member that is looked at */
  char *fault;         /* (owned) (nullable) */
} Walk;

static gboolean
is_prefix (const UsherField *field, const char *group)
{
  return g_str_has_prefix (field->name, group) && field->name[strlen (group)] == '.';
}

static gboolean
is_group (const UsherEventSchema *self, const char *path)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (is_prefix (g_ptr_array_index (self->fields, i), path))
      return TRUE;

  return FALSE;
}

/* What a document holds of another generation is nobody's fault. */
static gboolean
is_unknown_to (UsherSchema *source, const char *path)
{
  guint n_fields = 0;
  const UsherField *fields = NULL;

  if (source == NULL)
    return FALSE;

  fields = usher_schema_get_fields (source, &n_fields);
  for (guint i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].name, path) || is_prefix (&fields[i], path))
      return FALSE;

  return TRUE;
}

static void look_into (Walk *walk);

/* @is_path: the member's name has no dot, so a path leads to it */
static void
look_at_path (Walk *walk, UsherJsonType type, gboolean is_path)
{
  const char *path = walk->path->str;

  if (is_path && find_field (walk->self, path) != NULL)
    return;
  if (is_path && is_group (walk->self, path))
    {
      if (type == USHER_JSON_OBJECT)
        look_into (walk);
      else if (type != USHER_JSON_NULL)
        walk->fault = g_strdup_printf ("member “%s” is no object", path);
    }
  else if (!is_of_every_document (path) && !is_unknown_to (walk->source, path))
    walk->fault = g_strdup_printf ("member “%s” is not declared", path);
}

static void
look_at_member (const char *name,
                UsherJsonType type,
                const char *text,
                gsize length,
                gpointer user_data)
{
  Walk *walk = user_data;
  gsize outer = walk->path->len;

  if (walk->fault != NULL)
    return;

  if (outer > 0)
    g_string_append_c (walk->path, '.');
  g_string_append (walk->path, name);
  look_at_path (walk, type, strchr (name, '.') == NULL);
  g_string_truncate (walk->path, outer);
}

static void
look_into (Walk *walk)
{
  usher_json_foreach_member (walk->payload, walk->path->str, look_at_member, walk);
}

char *
usher_event_schema_find_fault (UsherEventSchema *self, UsherJson *payload, UsherSchema *source)
{
  g_autoptr (GString) path = g_string_sized_new (64);
  Walk walk = { self, payload, source, path };
  char *fault = NULL;

  if (usher_json_get_kind (payload, "") != USHER_JSON_OBJECT)
    return g_strdup ("it is no object");

  look_into (&walk);
  if (walk.fault != NULL)
    return walk.fault;

  for (guint i = 0; i < self->fields->len && fault == NULL; i++)
    fault = find_fault_of_field (g_ptr_array_index (self->fields, i), payload);

  return fault;
}

static gboolean
is_same (const UsherField *field, const UsherField *other)
{
  return other != NULL && field->type == other->type &&
         ((field->flags ^ other->flags) & USHER_FIELD_REQUIRED) == 0;
}

static const char *
find_unlike (UsherEventSchema *self, UsherEventSchema *other)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const UsherField *field = g_ptr_array_index (self->fields, i);

      if (!is_same (field, find_field (other, field->name)))
        return field->name;
    }

  return NULL;
}

const char *
usher_event_schema_find_difference (UsherEventSchema *self, UsherEventSchema *other)
{
  const char *name = find_unlike (self, other);

  return name != NULL ? name : find_unlike (other, self);
}

void
usher_event_schema_write (UsherEventSchema *self, UsherJsonWriter *writer)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "channel", self->channel);
  usher_json_writer_add_member (writer, "members");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const UsherField *field = g_ptr_array_index (self->fields, i);

      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "name", field->name);
      usher_json_writer_set_string (writer, "type", usher_field_type_to_string (field->type));
      usher_json_writer_set_boolean (writer,
                                     "required",
                                     (field->flags & USHER_FIELD_REQUIRED) != 0);
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}
