/* usher-field.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-field.h"

#include "usher-field-private.h"

/**
 * UsherField:
 * @name: the name; a dot nests, `ticket.id` is member `id` of member `ticket`
 * @type: the type
 * @flags: what is done with it
 * @min: the least length or value; no check when @min and @max are both 0
 * @max: the greatest length or value
 * @message: (nullable): what a person is told when an input is missing, shorter or less than @min
 * @max_message: (nullable): what a person is told when an input is longer or greater than @max
 *
 * One row of a schema's table. Fields that nest in the same member stand together. Every
 * document has `id` and `version` besides, and no row for them.
 *
 * What is wrong otherwise, and what has no message, is told in a sentence that begins with the name: “Price is required”,
 * “Title must have at most 200 characters”, “Price must be at least 0.01”, “Price must have at most 2 decimals”, “Seats must be a
 * number”, “OrderId must be an id”. Where @message and @max_message are the same, that is told whatever is wrong.
 *
 * In C a table is a static array of these. [ctor@Field.new] is for bindings; only what that makes, or
 * [method@Field.copy], is freed.
 */
G_DEFINE_BOXED_TYPE (UsherField, usher_field, usher_field_copy, usher_field_free)

/**
 * usher_field_new:
 * @name: the name
 * @type: the type
 * @flags: what is done with it
 * @min: the least length or value
 * @max: the greatest length or value; no check when @min and @max are both 0
 * @message: (nullable): what a person is told when an input is missing or too little
 *
 * Makes a row, for [ctor@Schema.new] and [method@Context.add_collection].
 *
 * Returns: (transfer full): the row
 */
UsherField *
usher_field_new (const char *name,
                 UsherFieldType type,
                 UsherFieldFlags flags,
                 gint64 min,
                 gint64 max,
                 const char *message)
{
  const UsherField field = { name, type, flags, min, max, message };

  g_return_val_if_fail (name != NULL, NULL);

  return usher_field_copy (&field);
}

/**
 * usher_field_set_max_message:
 * @self: a row that was made or copied
 * @message: (nullable): what a person is told when an input is longer or greater than `max`, `NULL`: a sentence that says so
 *
 * Tells what is too much from what is none, for who reads it.
 */
void
usher_field_set_max_message (UsherField *self, const char *message)
{
  g_return_if_fail (self != NULL);

  g_free ((char *) self->max_message);
  self->max_message = g_strdup (message);
}

/**
 * usher_field_copy:
 * @self: a row
 *
 * Copies a row and its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherField *
usher_field_copy (const UsherField *self)
{
  UsherField *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (UsherField, 1);
  *copy = *self;
  copy->name = g_strdup (self->name);
  copy->message = g_strdup (self->message);
  copy->max_message = g_strdup (self->max_message);

  return copy;
}

/**
 * usher_field_free:
 * @self: (transfer full): a row that was made or copied
 *
 * Frees a row and its strings.
 */
void
usher_field_free (UsherField *self)
{
  g_return_if_fail (self != NULL);

  g_free ((char *) self->name);
  g_free ((char *) self->message);
  g_free ((char *) self->max_message);
  g_free (self);
}

const char *
usher_field_type_to_string (UsherFieldType type)
{
  switch (type)
    {
    case USHER_FIELD_ID:
      return "id";

    case USHER_FIELD_INTEGER:
      return "integer";

    case USHER_FIELD_BOOLEAN:
      return "boolean";

    case USHER_FIELD_MONEY:
      return "money";

    case USHER_FIELD_TIME:
      return "time";

    case USHER_FIELD_JSON:
      return "json";

    case USHER_FIELD_STRING:
    default:
      return "string";
    }
}
