/* usher-json-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json-writer.h"

#include <math.h>

#include "usher-json-private.h"

#define MAX_DEPTH  64
#define FIRST_SIZE 256

/**
 * UsherJsonWriter:
 *
 * Writes one JSON text after the other, value by value; it sees to commas, quotes and escapes.
 *
 * Containers are begun and ended, and a member of an object is named before its value, or together with it by
 * one of the `set` functions. What would not be JSON is a critical and is left out: a value without a name in an object, a
 * name in an array, the end of what was not begun, a second value beside the first, more than 64 levels. Where
 * a container is left out, so is all that is written until its end.
 *
 * Every value goes straight into one growing text. Used by one thread at a time.
 */
struct _UsherJsonWriter
{
  gatomicrefcount ref_count;
  GString *text;        /* (owned) (nullable): NULL: nothing is written */
  guint depth;          /* containers that are open */
  guint n_skipped;      /* containers that are open and left out */
  gboolean has_name;    /* a member waits for its value */
  gboolean has_sibling; /* a value stands before, on the same level */
  char ends[MAX_DEPTH]; /* the bracket that ends each open container */
};

G_DEFINE_BOXED_TYPE (UsherJsonWriter,
                     usher_json_writer,
                     usher_json_writer_ref,
                     usher_json_writer_unref)

/**
 * usher_json_writer_new:
 *
 * Makes a writer that has written nothing.
 *
 * Returns: (transfer full): the writer
 */
UsherJsonWriter *
usher_json_writer_new (void)
{
  UsherJsonWriter *self = g_new0 (UsherJsonWriter, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

/**
 * usher_json_writer_ref:
 * @self: a writer
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
UsherJsonWriter *
usher_json_writer_ref (UsherJsonWriter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_json_writer_unref:
 * @self: (transfer full): a writer
 *
 * Drops a reference. Any thread.
 */
void
usher_json_writer_unref (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

static gboolean
is_in_object (UsherJsonWriter *self)
{
  return self->depth > 0 && self->ends[self->depth - 1] == '}';
}

/* Writes the comma where one is due; FALSE where no value may stand. */
static gboolean
begin_value (UsherJsonWriter *self)
{
  if (self->n_skipped > 0)
    return FALSE;

  if (self->has_name)
    {
      self->has_name = FALSE;
      self->has_sibling = TRUE;
      return TRUE;
    }

  if (is_in_object (self))
    {
      g_critical ("a JSON value in an object has no name");
      return FALSE;
    }
  if (self->depth == 0 && self->has_sibling)
    {
      g_critical ("a second JSON value beside the first");
      return FALSE;
    }

  if (self->text == NULL)
    self->text = g_string_sized_new (FIRST_SIZE);
  if (self->has_sibling)
    g_string_append_c (self->text, ',');
  self->has_sibling = TRUE;

  return TRUE;
}

static void
begin_container (UsherJsonWriter *self, char begin, char end)
{
  gboolean fits = self->depth < MAX_DEPTH;

  if (!fits && self->n_skipped == 0)
    g_critical ("JSON is nested in more than %d levels", MAX_DEPTH);
  if (!fits || !begin_value (self))
    {
      self->n_skipped++;
      return;
    }

  g_string_append_c (self->text, begin);
  self->ends[self->depth++] = end;
  self->has_sibling = FALSE;
}

static void
end_container (UsherJsonWriter *self, char end)
{
  if (self->n_skipped > 0)
    {
      self->n_skipped--;
      return;
    }
  if (self->depth == 0 || self->ends[self->depth - 1] != end)
    {
      g_critical ("the JSON value that “%c” would end was not begun", end);
      return;
    }
  if (self->has_name)
    {
      g_critical ("a JSON member has a name and no value");
      usher_json_writer_add_null (self);
    }

  g_string_append_c (self->text, end);
  self->depth--;
  self->has_sibling = TRUE;
}

/**
 * usher_json_writer_begin_object:
 * @self: a writer
 *
 * Begins an object; members follow.
 */
void
usher_json_writer_begin_object (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  begin_container (self, '{', '}');
}

/**
 * usher_json_writer_end_object:
 * @self: a writer
 *
 * Ends the innermost container, which is an object.
 */
void
usher_json_writer_end_object (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  end_container (self, '}');
}

/**
 * usher_json_writer_begin_array:
 * @self: a writer
 *
 * Begins an array; values follow.
 */
void
usher_json_writer_begin_array (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  begin_container (self, '[', ']');
}

/**
 * usher_json_writer_end_array:
 * @self: a writer
 *
 * Ends the innermost container, which is an array.
 */
void
usher_json_writer_end_array (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  end_container (self, ']');
}

/* The length of a text that stands in quotes as it is, 0: it needs a closer look. */
static gsize
measure_plain (const char *text)
{
  gsize length = 0;

  for (; text[length] != '\0'; length++)
    {
      guchar c = (guchar) text[length];

      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
        return 0;
    }

  return length;
}

/* A file's name or an attacker's header need not be UTF-8, JSON must be. */
static void
append_string (GString *text, const char *value)
{
  gsize length = measure_plain (value);
  g_autofree char *valid = NULL;

  if (length > 0)
    {
      g_string_append_c (text, '"');
      g_string_append_len (text, value, (gssize) length);
      g_string_append_c (text, '"');
      return;
    }

  if (!g_utf8_validate (value, -1, NULL))
    valid = g_utf8_make_valid (value, -1);
  usher_json_append_string (text, valid != NULL ? valid : value);
}

/**
 * usher_json_writer_add_member:
 * @self: a writer
 * @name: the name of a member
 *
 * Names the next value, in an object.
 *
 * That no object has a name twice is the caller's duty.
 */
void
usher_json_writer_add_member (UsherJsonWriter *self, const char *name)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  if (self->n_skipped > 0)
    return;
  if (!is_in_object (self))
    {
      g_critical ("the JSON member “%s” is in no object", name);
      return;
    }
  if (self->has_name)
    {
      g_critical ("the JSON member before “%s” has no value", name);
      usher_json_writer_add_null (self);
    }

  if (self->has_sibling)
    g_string_append_c (self->text, ',');
  append_string (self->text, name);
  g_string_append_c (self->text, ':');
  self->has_name = TRUE;
}

/**
 * usher_json_writer_add_string:
 * @self: a writer
 * @value: (nullable): a text
 *
 * Adds a string, or `null` for `NULL`. What is not UTF-8 in it becomes U+FFFD.
 */
void
usher_json_writer_add_string (UsherJsonWriter *self, const char *value)
{
  g_return_if_fail (self != NULL);

  if (!begin_value (self))
    return;

  if (value != NULL)
    append_string (self->text, value);
  else
    g_string_append (self->text, "null");
}

/**
 * usher_json_writer_add_integer:
 * @self: a writer
 * @value: a number
 *
 * Adds a whole number, with all its digits.
 */
void
usher_json_writer_add_integer (UsherJsonWriter *self, gint64 value)
{
  g_return_if_fail (self != NULL);

  if (!begin_value (self))
    return;

  if (value < 0)
    g_string_append_c (self->text, '-');
  usher_json_append_digits (self->text, value < 0 ? 0 - (guint64) value : (guint64) value);
}

/**
 * usher_json_writer_add_unsigned:
 * @self: a writer
 * @value: a number
 *
 * Adds a whole number that is not negative, with all its digits.
 */
void
usher_json_writer_add_unsigned (UsherJsonWriter *self, guint64 value)
{
  g_return_if_fail (self != NULL);

  if (begin_value (self))
    usher_json_append_digits (self->text, value);
}

void
usher_json_append_double (GString *string, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (buffer, sizeof buffer, "%.15g", value);
  if (fabs (g_ascii_strtod (buffer, NULL) - value) > 0)
    g_ascii_formatd (buffer, sizeof buffer, "%.17g", value);
  g_string_append (string, buffer);
}

/**
 * usher_json_writer_add_double:
 * @self: a writer
 * @value: a number
 *
 * Adds a number with as many digits as it takes to read the same number back, or `null` for what is not finite.
 * Amounts of money are not for this.
 */
void
usher_json_writer_add_double (UsherJsonWriter *self, double value)
{
  g_return_if_fail (self != NULL);

  if (!begin_value (self))
    return;

  if (isfinite (value))
    usher_json_append_double (self->text, value);
  else
    g_string_append (self->text, "null");
}

/**
 * usher_json_writer_add_boolean:
 * @self: a writer
 * @value: a truth value
 *
 * Adds `true` or `false`.
 */
void
usher_json_writer_add_boolean (UsherJsonWriter *self, gboolean value)
{
  g_return_if_fail (self != NULL);

  if (begin_value (self))
    g_string_append (self->text, value ? "true" : "false");
}

/**
 * usher_json_writer_add_null:
 * @self: a writer
 *
 * Adds `null`.
 */
void
usher_json_writer_add_null (UsherJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  if (begin_value (self))
    g_string_append (self->text, "null");
}

/**
 * usher_json_writer_add_money:
 * @self: a writer
 * @minor_units: an amount
 *
 * Adds an amount as an exact decimal number: 1999 as `19.99`, 2000 as `20`, 50 as `0.5`.
 */
void
usher_json_writer_add_money (UsherJsonWriter *self, gint64 minor_units)
{
  g_return_if_fail (self != NULL);

  if (begin_value (self))
    usher_json_append_money (self->text, minor_units);
}

/**
 * usher_json_writer_add_text:
 * @self: a writer
 * @json_text: a value that is JSON already, such as the text of a document
 *
 * Adds a value as it is. Nobody looks whether it is JSON.
 */
void
usher_json_writer_add_text (UsherJsonWriter *self, const char *json_text)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (json_text != NULL && *json_text != '\0');

  if (begin_value (self))
    g_string_append (self->text, json_text);
}

/**
 * usher_json_writer_end:
 * @self: a writer
 *
 * Takes the text out. The writer is then as new.
 *
 * What is still open is a critical, and is ended; so is a writer that was given nothing, which gives `null`.
 *
 * Returns: (transfer full): the text
 */
char *
usher_json_writer_end (UsherJsonWriter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->depth > 0 || self->n_skipped > 0)
    g_critical ("JSON ends in the middle, %u levels deep", self->depth + self->n_skipped);
  else if (!self->has_sibling)
    g_critical ("JSON ends before it began");

  self->n_skipped = 0;
  while (self->depth > 0)
    end_container (self, self->ends[self->depth - 1]);
  if (!self->has_sibling)
    usher_json_writer_add_null (self);

  self->has_sibling = FALSE;

  return g_string_free (g_steal_pointer (&self->text), FALSE);
}
