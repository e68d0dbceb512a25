/* usher-document-rest.c: what a document has that its schema does not know
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-document-private.h"
#include "usher-json-private.h"

/* One object of a text. */
typedef struct
{
  UsherDocument *document;
  UsherJson *json;
  gboolean is_private;
  const char *parent; /* its path, with a dot behind it; "" is the root */
  guint next;         /* the field that is expected: texts are mostly in the schema's order */
} Walk;

static void walk (Walk *self);

static void
clear_member (gpointer data)
{
  UsherDocumentMember *member = data;

  g_free (member->path);
  g_free (member->text);
}

static void
keep (Walk *self, char *path, int field, const char *text, gsize length)
{
  const UsherDocumentMember member = {
    path, strlen (self->parent), g_strndup (text, length), field, self->is_private,
  };

  if (self->document->rest == NULL)
    {
      self->document->rest = g_array_new (FALSE, FALSE, sizeof (UsherDocumentMember));
      g_array_set_clear_func (self->document->rest, clear_member);
    }
  g_array_append_val (self->document->rest, member);
}

static gboolean
is_at (Walk *self, guint index, const char *name)
{
  const UsherField *field = &self->document->fields[index];
  gsize length = strlen (self->parent);

  return ((field->flags & USHER_FIELD_PRIVATE) != 0) == self->is_private &&
         strncmp (field->name, self->parent, length) == 0 &&
         strcmp (field->name + length, name) == 0;
}

/* Which field a member is, or -1. */
static int
find_field (Walk *self, const char *name)
{
  guint n_fields = self->document->n_fields;

  for (guint i = 0; i < n_fields; i++)
    {
      guint index = (self->next + i) % n_fields;

      if (is_at (self, index, name))
        {
          self->next = index + 1;
          return (int) index;
        }
    }

  return -1;
}

/* Whether fields nest in the object at @path. */
static gboolean
is_nest (UsherDocument *document, const char *path)
{
  gsize length = strlen (path);

  for (guint i = 0; i < document->n_fields; i++)
    if (strncmp (document->fields[i].name, path, length) == 0 &&
        document->fields[i].name[length] == '.')
      return TRUE;

  return FALSE;
}

static gboolean
is_of_every_document (Walk *self, const char *name)
{
  return !self->is_private && *self->parent == '\0' &&
         (strcmp (name, "id") == 0 || strcmp (name, "version") == 0);
}

static void
on_member (const char *name, UsherJsonType type, const char *text, gsize length, gpointer data)
{
  Walk *self = data;
  int field = find_field (self, name);
  g_autofree char *path = NULL;

  if (field >= 0 ? self->document->values[field].is_set || type == USHER_JSON_NULL
                 : is_of_every_document (self, name))
    return;

  path = g_strconcat (self->parent, name, NULL);
  if (field < 0 && type == USHER_JSON_OBJECT && strchr (name, '.') == NULL &&
      is_nest (self->document, path))
    {
      g_autofree char *parent = g_strconcat (path, ".", NULL);
      Walk inner = { self->document, self->json, self->is_private, parent, self->next };

      walk (&inner);
      self->next = inner.next;
      return;
    }

  keep (self, g_steal_pointer (&path), field, text, length);
}

static void
walk (Walk *self)
{
  g_autofree char *path = g_strdup (self->parent);

  if (*path != '\0')
    path[strlen (path) - 1] = '\0';
  usher_json_foreach_member (self->json, path, on_member, self);
}

/* The members of the objects in which a field nests, but for those in which @last does, which is the field before; with each
 * object that is there the member that it is itself. */
static guint
count_nested (UsherJson *json, const char *name, const char *last, guint *n_objects)
{
  guint n = 0;

  for (const char *dot = strchr (name, '.'); dot != NULL; dot = strchr (dot + 1, '.'))
    {
      g_autofree char *path = NULL;

      if (strncmp (name, last, (gsize) (dot - name) + 1) == 0)
        continue;
      path = g_strndup (name, (gsize) (dot - name));
      if (usher_json_get_kind (json, path) != USHER_JSON_OBJECT)
        continue;
      n += usher_json_get_length (json, path);
      (*n_objects)++;
    }

  return n;
}

/* Mostly a text has nothing but the fields, which is found out by counting. */
static gboolean
is_all_known (UsherDocument *self, UsherJson *json, gboolean is_private)
{
  guint n_members = usher_json_get_length (json, "");
  guint n_known = 0;
  const char *last = "";

  if (!is_private)
    n_known = (usher_json_get_kind (json, "id") != USHER_JSON_MISSING) +
              (usher_json_get_kind (json, "version") != USHER_JSON_MISSING);

  for (guint i = 0; i < self->n_fields; i++)
    {
      const UsherField *field = &self->fields[i];

      if (((field->flags & USHER_FIELD_PRIVATE) != 0) != is_private)
        continue;
      n_members += count_nested (json, field->name, last, &n_known);
      n_known += self->values[i].is_set;
      last = field->name;
    }

  return n_members == n_known;
}

void
usher_document_read_rest (UsherDocument *self, UsherJson *json, gboolean is_private)
{
  Walk root = { self, json, is_private, "", 0 };

  if (!is_all_known (self, json, is_private))
    walk (&root);
}

void
usher_document_drop_rest (UsherDocument *self, int field)
{
  for (guint i = self->rest != NULL ? self->rest->len : 0; i > 0; i--)
    if (g_array_index (self->rest, UsherDocumentMember, i - 1).field == field)
      g_array_remove_index (self->rest, i - 1);
}

gboolean
usher_document_has_rest (UsherDocument *self, const UsherDocumentMember *member)
{
  gsize length = strlen (member->path);

  if (member->field >= 0)
    return !self->values[member->field].is_set;

  /* a value in the place of an object stays until something is set in that */
  for (guint i = 0; i < self->n_fields; i++)
    if (self->values[i].is_set && strncmp (self->fields[i].name, member->path, length) == 0 &&
        self->fields[i].name[length] == '.')
      return FALSE;

  return TRUE;
}
