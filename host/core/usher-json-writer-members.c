/* usher-json-writer-members.c: a member's name and value in one call
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json-writer.h"

/**
 * usher_json_writer_set_string:
 * @self: a writer
 * @name: the name of a member
 * @value: (nullable): a text
 *
 * Adds a member that is a string, or `null` for `NULL`.
 */
void
usher_json_writer_set_string (UsherJsonWriter *self, const char *name, const char *value)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_string (self, value);
}

/**
 * usher_json_writer_set_integer:
 * @self: a writer
 * @name: the name of a member
 * @value: a number
 *
 * Adds a member that is a whole number.
 */
void
usher_json_writer_set_integer (UsherJsonWriter *self, const char *name, gint64 value)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_integer (self, value);
}

/**
 * usher_json_writer_set_unsigned:
 * @self: a writer
 * @name: the name of a member
 * @value: a number
 *
 * Adds a member that is a whole number that is not negative.
 */
void
usher_json_writer_set_unsigned (UsherJsonWriter *self, const char *name, guint64 value)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_unsigned (self, value);
}

/**
 * usher_json_writer_set_double:
 * @self: a writer
 * @name: the name of a member
 * @value: a number
 *
 * Adds a member that is a number, or `null` for what is not finite.
 */
void
usher_json_writer_set_double (UsherJsonWriter *self, const char *name, double value)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_double (self, value);
}

/**
 * usher_json_writer_set_boolean:
 * @self: a writer
 * @name: the name of a member
 * @value: a truth value
 *
 * Adds a member that is `true` or `false`.
 */
void
usher_json_writer_set_boolean (UsherJsonWriter *self, const char *name, gboolean value)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_boolean (self, value);
}

/**
 * usher_json_writer_set_null:
 * @self: a writer
 * @name: the name of a member
 *
 * Adds a member that is `null`.
 */
void
usher_json_writer_set_null (UsherJsonWriter *self, const char *name)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_null (self);
}

/**
 * usher_json_writer_set_money:
 * @self: a writer
 * @name: the name of a member
 * @minor_units: an amount
 *
 * Adds a member that is an amount as an exact decimal number.
 */
void
usher_json_writer_set_money (UsherJsonWriter *self, const char *name, gint64 minor_units)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_money (self, minor_units);
}

/**
 * usher_json_writer_set_text:
 * @self: a writer
 * @name: the name of a member
 * @json_text: a value that is JSON already
 *
 * Adds a member that is a value as it is.
 */
void
usher_json_writer_set_text (UsherJsonWriter *self, const char *name, const char *json_text)
{
  usher_json_writer_add_member (self, name);
  usher_json_writer_add_text (self, json_text);
}
