/* usher-event-members.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-members.h"

#include "usher-clock.h"
#include "usher-error.h"
#include "usher-id.h"
#include "usher-problems.h"

static gboolean
return_missing (UsherEvent *event, const char *path, const char *what, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "event “%s” on “%s” has no %s “%s”",
               usher_event_get_id (event),
               usher_event_get_channel (event),
               what,
               path);

  return FALSE;
}

/**
 * usher_event_read_string:
 * @event: an event
 * @path: the path of a member of the payload
 * @error: return location for an error: `INVALID`
 *
 * Reads a member that a listener cannot do without, by a path as in [method@Json.get_string]. The error names channel and
 * path: returned by a listener it parks the event with a reason that a person can act on.
 *
 * Returns: (transfer none) (nullable): the text, which lives as long as @event
 */
const char *
usher_event_read_string (UsherEvent *event, const char *path, GError **error)
{
  UsherJson *json;
  const char *value;

  g_return_val_if_fail (event != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  json = usher_event_get_json (event, error);
  if (json == NULL)
    return NULL;

  value = usher_json_get_string (json, path);
  if (value == NULL)
    return_missing (event, path, "string", error);

  return value;
}

/**
 * usher_event_read_id:
 * @event: an event
 * @path: the path of a member of the payload
 * @error: return location for an error: `INVALID`
 *
 * Reads the id of a document, like [method@Event.read_string].
 *
 * Returns: (transfer none) (nullable): the id, which lives as long as @event
 */
const char *
usher_event_read_id (UsherEvent *event, const char *path, GError **error)
{
  const char *id = usher_event_read_string (event, path, error);

  if (id == NULL)
    return NULL;

  if (!usher_id_is_valid (id))
    {
      return_missing (event, path, "id", error);
      return NULL;
    }

  return id;
}

static gboolean
read_number (UsherEvent *event,
             const char *path,
             gboolean (*get) (UsherJson *json, const char *path, gint64 *value),
             const char *what,
             gint64 *value,
             GError **error)
{
  UsherJson *json = usher_event_get_json (event, error);

  return json != NULL && (get (json, path, value) || return_missing (event, path, what, error));
}

/**
 * usher_event_read_integer:
 * @event: an event
 * @path: the path of a member of the payload
 * @value: (out): the number
 * @error: return location for an error: `INVALID`
 *
 * Reads an integer that a listener cannot do without.
 *
 * Returns: whether it is there
 */
gboolean
usher_event_read_integer (UsherEvent *event, const char *path, gint64 *value, GError **error)
{
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  return read_number (event, path, usher_json_get_integer, "integer", value, error);
}

/**
 * usher_event_read_time:
 * @event: an event
 * @path: the path of a member of the payload
 * @value: (out): wall time in microseconds
 * @error: return location for an error: `INVALID`
 *
 * Reads a moment, ISO 8601, that a listener cannot do without.
 *
 * Returns: whether it is there
 */
gboolean
usher_event_read_time (UsherEvent *event, const char *path, gint64 *value, GError **error)
{
  const char *text;

  g_return_val_if_fail (value != NULL, FALSE);

  text = usher_event_read_string (event, path, error);
  if (text == NULL)
    return FALSE;

  if (!usher_time_parse (text, value, NULL))
    return return_missing (event, path, "time", error);

  return TRUE;
}

/**
 * usher_event_read_money:
 * @event: an event
 * @path: the path of a member of the payload
 * @value: (out): minor units
 * @error: return location for an error: `INVALID`
 *
 * Reads an amount, exactly, that a listener cannot do without.
 *
 * Returns: whether it is there
 */
gboolean
usher_event_read_money (UsherEvent *event, const char *path, gint64 *value, GError **error)
{
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  return read_number (event, path, usher_json_get_money, "amount", value, error);
}

/**
 * usher_event_read_document:
 * @event: an event
 * @schema: what is read: its fields with `USHER_FIELD_INPUT`
 * @error: return location for an error: `INVALID`
 *
 * Reads the payload as a document: for a listener that keeps a copy of what another service has. The error names the members
 * that are wrong.
 *
 * Returns: (transfer full) (nullable): what the payload says, without an id
 */
UsherDocument *
usher_event_read_document (UsherEvent *event, UsherSchema *schema, GError **error)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *text = NULL;
  UsherJson *json;
  UsherDocument *document;

  g_return_val_if_fail (event != NULL, NULL);
  g_return_val_if_fail (schema != NULL, NULL);

  json = usher_event_get_json (event, error);
  if (json == NULL)
    return NULL;

  document = usher_schema_read (schema, json, problems);
  if (document != NULL)
    return document;

  text = usher_problems_to_json (problems);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "event “%s” on “%s” cannot be read into collection “%s”: %s",
               usher_event_get_id (event),
               usher_event_get_channel (event),
               usher_schema_get_collection (schema),
               text);

  return NULL;
}
