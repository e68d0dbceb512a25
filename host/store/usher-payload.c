/* usher-payload.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-payload.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-fault-private.h"
#include "usher-json-writer.h"
#include "usher-json.h"
#include "usher-payload-private.h"

/* parts of a name, so that no text nests deeper than it can be read */
#define MAX_DEPTH 16

typedef struct
{
  char *name; /* (owned): a path, with dots between its parts */
  char *text; /* (owned): JSON */
} Member;

struct _UsherPayload
{
  gatomicrefcount ref_count;
  char *channel;      /* (owned) */
  GPtrArray *members; /* (owned) (element-type Member) */
  guint place;
  gboolean is_closed;
};

/**
 * UsherPayload:
 *
 * The payload of an event, built member by member.
 *
 * It is begun by [method@Unit.begin_event], filled, and published with the unit, in the place among the other events in which it was
 * begun: there is nothing to end or to free. A dot in a name nests: `ticket.id` is member `id` of member `ticket`; those of one object
 * are written together, whatever was set between. What is set twice has the last value.
 *
 * A name that is none, a text that is not in UTF-8, a member that would be a value and an object, and what is set when the unit is
 * done are faults of the program; and where the channel is declared, what [method@Context.add_event] says. Used by the thread of the
 * unit.
 */
G_DEFINE_BOXED_TYPE (UsherPayload, usher_payload, usher_payload_ref, usher_payload_unref)

static void
free_member (gpointer data)
{
  Member *member = data;

  g_free (member->name);
  g_free (member->text);
  g_free (member);
}

UsherPayload *
usher_payload_new (const char *channel, guint place)
{
  UsherPayload *self = g_new0 (UsherPayload, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->channel = g_strdup (channel);
  self->members = g_ptr_array_new_with_free_func (free_member);
  self->place = place;

  return self;
}

/**
 * usher_payload_ref:
 * @self: a payload
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
UsherPayload *
usher_payload_ref (UsherPayload *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_payload_unref:
 * @self: (transfer full): a payload
 *
 * Drops a reference; the unit has one of its own. Any thread.
 */
void
usher_payload_unref (UsherPayload *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->members);
  g_free (self->channel);
  g_free (self);
}

const char *
usher_payload_get_channel (UsherPayload *self)
{
  return self->channel;
}

guint
usher_payload_get_place (UsherPayload *self)
{
  return self->place;
}

/* names joined by dots */
static gboolean
is_path (const char *name)
{
  guint n_parts = 1;

  for (const char *at = name; (at = strchr (at, '.')) != NULL; at++)
    n_parts++;

  return *name != '\0' && *name != '.' && !g_str_has_suffix (name, ".") &&
         strstr (name, "..") == NULL && n_parts <= MAX_DEPTH && g_utf8_validate (name, -1, NULL);
}

/* Whether one of two names is an object that has the other one in it. */
static gboolean
is_within (const char *name, const char *other)
{
  gsize length = strlen (other);

  return strncmp (name, other, length) == 0 && name[length] == '.';
}

/* (nullable): the member of that name; @clash: (out): one that cannot be beside it */
static Member *
find_member (UsherPayload *self, const char *name, const char **clash)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = g_ptr_array_index (self->members, i);

      if (g_str_equal (member->name, name))
        return member;
      if (is_within (member->name, name) || is_within (name, member->name))
        *clash = member->name;
    }

  return NULL;
}

static gboolean
may_set (UsherPayload *self, const char *name)
{
  if (self->is_closed)
    usher_fault_report ("member “%s” of an event of channel “%s” is set after that was published",
                        name,
                        self->channel);
  else if (!is_path (name))
    usher_fault_report ("“%s” is no name for a member of an event of channel “%s”",
                        name,
                        self->channel);
  else
    return TRUE;

  return FALSE;
}

/* Takes ownership of @text. */
static void
set (UsherPayload *self, const char *name, char *text)
{
  g_autofree char *owned = text;
  const char *clash = NULL;
  Member *member = NULL;

  if (!may_set (self, name))
    return;

  member = find_member (self, name, &clash);
  if (clash != NULL)
    {
      usher_fault_report ("members “%s” and “%s” of an event of channel “%s” exclude each other",
                          clash,
                          name,
                          self->channel);
      return;
    }

  if (member == NULL)
    {
      member = g_new0 (Member, 1);
      member->name = g_strdup (name);
      g_ptr_array_add (self->members, member);
    }
  g_free (member->text);
  member->text = g_steal_pointer (&owned);
}

static char *
quote (const char *value)
{
  GString *text = g_string_new (NULL);

  usher_json_append_string (text, value);

  return g_string_free (text, FALSE);
}

/**
 * usher_payload_set_string:
 * @self: a payload
 * @name: the name of a member
 * @value: (nullable): a text, `NULL` for `null`
 *
 * Sets a member that is a text, or an id.
 */
void
usher_payload_set_string (UsherPayload *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  if (value != NULL && !g_utf8_validate (value, -1, NULL))
    usher_fault_report ("member “%s” of an event of channel “%s” is not in UTF-8",
                        name,
                        self->channel);
  else
    set (self, name, value != NULL ? quote (value) : g_strdup ("null"));
}

/**
 * usher_payload_set_integer:
 * @self: a payload
 * @name: the name of a member
 * @value: a number
 *
 * Sets a member that is a whole number.
 */
void
usher_payload_set_integer (UsherPayload *self, const char *name, gint64 value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  set (self, name, g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

/**
 * usher_payload_set_money:
 * @self: a payload
 * @name: the name of a member
 * @minor_units: an amount
 *
 * Sets a member that is an amount, an exact decimal number in the text.
 */
void
usher_payload_set_money (UsherPayload *self, const char *name, gint64 minor_units)
{
  GString *text = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  text = g_string_new (NULL);
  usher_json_append_money (text, minor_units);
  set (self, name, g_string_free (text, FALSE));
}

/**
 * usher_payload_set_time:
 * @self: a payload
 * @name: the name of a member
 * @time: wall time in microseconds
 *
 * Sets a member that is a moment, ISO 8601 in the text.
 */
void
usher_payload_set_time (UsherPayload *self, const char *name, gint64 time)
{
  g_autofree char *text = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  text = usher_time_format (time);
  set (self, name, quote (text));
}

/**
 * usher_payload_set_boolean:
 * @self: a payload
 * @name: the name of a member
 * @value: a truth value
 *
 * Sets a member that is `true` or `false`.
 */
void
usher_payload_set_boolean (UsherPayload *self, const char *name, gboolean value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  set (self, name, g_strdup (value ? "true" : "false"));
}

/**
 * usher_payload_set_json:
 * @self: a payload
 * @name: the name of a member
 * @json_text: a value that is JSON already
 *
 * Sets a member that is whatever JSON has, such as an array. A text that is none is a fault of the program.
 */
void
usher_payload_set_json (UsherPayload *self, const char *name, const char *json_text)
{
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (json_text != NULL);

  json = usher_json_parse (json_text, -1, &error);
  if (json == NULL)
    usher_fault_report ("member “%s” of an event of channel “%s” is no JSON: %s",
                        name,
                        self->channel,
                        error->message);
  else
    set (self, name, g_strdup (json_text));
}

/* Whether a member before that at @index is in the same object, which is written then. */
static gboolean
is_written (UsherPayload *self, guint index, gsize length)
{
  const Member *member = g_ptr_array_index (self->members, index);

  for (guint i = 0; i < index; i++)
    {
      const Member *before = g_ptr_array_index (self->members, i);

      if (strncmp (before->name, member->name, length) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Writes the object of the members whose names begin with the first @length bytes of @path. */
static void
write_object (UsherPayload *self, UsherJsonWriter *writer, const char *path, gsize length)
{
  usher_json_writer_begin_object (writer);
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = g_ptr_array_index (self->members, i);
      const char *rest = NULL;
      g_autofree char *name = NULL;
      gsize part;

      if (strncmp (member->name, path, length) != 0)
        continue;

      rest = member->name + length;
      part = strcspn (rest, ".");
      name = g_strndup (rest, part);
      if (rest[part] == '\0')
        {
          usher_json_writer_set_text (writer, name, member->text);
        }
      else if (!is_written (self, i, length + part + 1))
        {
          usher_json_writer_add_member (writer, name);
          write_object (self, writer, member->name, length + part + 1);
        }
    }
  usher_json_writer_end_object (writer);
}

char *
usher_payload_close (UsherPayload *self)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  self->is_closed = TRUE;
  write_object (self, writer, "", 0);

  return usher_json_writer_end (writer);
}
