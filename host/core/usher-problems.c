/* usher-problems.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-problems.h"

#include "usher-json-writer.h"

/**
 * UsherProblems:
 *
 * What is wrong with an input: a message for a person, and the field it is about.
 *
 * Reference counted, one thread at a time.
 */
struct _UsherProblems
{
  gatomicrefcount ref_count;
  GPtrArray *fields;   /* (owned) (element-type utf8): NULL for the whole input */
  GPtrArray *messages; /* (owned) (element-type utf8) */
};

G_DEFINE_BOXED_TYPE (UsherProblems, usher_problems, usher_problems_ref, usher_problems_unref)

/**
 * usher_problems_new:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 */
UsherProblems *
usher_problems_new (void)
{
  UsherProblems *self = g_new0 (UsherProblems, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->messages = g_ptr_array_new_with_free_func (g_free);

  return self;
}

/**
 * usher_problems_ref:
 * @self: a list
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
UsherProblems *
usher_problems_ref (UsherProblems *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_problems_unref:
 * @self: (transfer full): a list
 *
 * Drops a reference.
 */
void
usher_problems_unref (UsherProblems *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->messages);
  g_free (self);
}

/**
 * usher_problems_add:
 * @self: a list
 * @field: (nullable): the field, `NULL` for the input as a whole
 * @message: what a person is told
 *
 * Adds a problem. A second one of the same field is dropped.
 */
void
usher_problems_add (UsherProblems *self, const char *field, const char *message)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (message != NULL);

  for (guint i = 0; i < self->fields->len; i++)
    if (g_strcmp0 (g_ptr_array_index (self->fields, i), field) == 0)
      return;

  g_ptr_array_add (self->fields, g_strdup (field));
  g_ptr_array_add (self->messages, g_strdup (message));
}

/**
 * usher_problems_get_length:
 * @self: a list
 *
 * Counts the problems.
 *
 * Returns: how many
 */
guint
usher_problems_get_length (UsherProblems *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->fields->len;
}

/**
 * usher_problems_to_json:
 * @self: a list
 *
 * Writes the list in the one shape that errors have: `{"errors":[{"message":…,"field":…}]}`.
 *
 * Returns: (transfer full): the text
 */
char *
usher_problems_to_json (UsherProblems *self)
{
  g_autoptr (UsherJsonWriter) writer = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  writer = usher_json_writer_new ();
  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "errors");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const char *field = g_ptr_array_index (self->fields, i);

      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "message", g_ptr_array_index (self->messages, i));
      if (field != NULL)
        usher_json_writer_set_string (writer, "field", field);
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
