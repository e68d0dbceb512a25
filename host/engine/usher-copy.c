/* usher-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-copy.h"

#include "usher-error.h"
#include "usher-event-members.h"

/* members of each event that tells of a document */
#define ID      "id"
#define VERSION "version"
/* the version before the first one of a document */
#define NONE (-1)

static gboolean
read_version (UsherEvent *event, gint64 *version, GError **error)
{
  if (!usher_event_read_integer (event, VERSION, version, error))
    return FALSE;

  return *version > NONE ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "event “%s” on “%s” has version %" G_GINT64_FORMAT ", and no document has",
                       usher_event_get_id (event),
                       usher_event_get_channel (event),
                       *version);
}

static gint64
get_version (UsherDocument *copy, const char *version_field)
{
  if (copy == NULL || !usher_document_has (copy, version_field))
    return NONE;

  return usher_document_get_integer (copy, version_field);
}

static UsherDocument *
make_copy (UsherUnit *unit, const char *collection, const char *id, GError **error)
{
  UsherDocument *copy = usher_unit_new_document (unit, collection, error);

  if (copy != NULL)
    usher_document_set_id (copy, id);

  return copy;
}

/* what a listener asks for */
typedef struct
{
  const char *collection;
  const char *version_field;
  gboolean has_gaps; /* not each version is told */
  UsherCopyFunc apply;
  gpointer user_data;
} Care;

static gboolean
wait_for_version (UsherUnit *unit,
                  const Care *care,
                  const char *id,
                  gint64 have,
                  gint64 version,
                  GError **error)
{
  return usher_unit_defer (unit,
                           error,
                           "version %" G_GINT64_FORMAT
                           " of “%s” waits for version %" G_GINT64_FORMAT " in “%s”",
                           version,
                           id,
                           have + 1,
                           care->collection);
}

static gboolean
take_care (UsherEvent *event, UsherUnit *unit, const Care *care, GError **error)
{
  const char *id = usher_event_read_id (event, ID, error);
  g_autoptr (UsherDocument) copy = NULL;
  gint64 have, version;
  gboolean is_new;

  if (id == NULL || !read_version (event, &version, error) ||
      !usher_unit_lookup (unit, care->collection, id, &copy, error))
    return FALSE;

  have = get_version (copy, care->version_field);
  if (version <= have)
    return TRUE;
  if (version - 1 > have && !care->has_gaps)
    return wait_for_version (unit, care, id, have, version, error);

  is_new = copy == NULL;
  if (is_new && (copy = make_copy (unit, care->collection, id, error)) == NULL)
    return FALSE;

  usher_document_set_integer (copy, care->version_field, version);
  if (!care->apply (copy, event, care->user_data, error))
    return FALSE;

  return is_new ? usher_unit_insert (unit, copy, error) : usher_unit_replace (unit, copy, error);
}

/**
 * usher_copy_apply:
 * @event: an event that tells of a document as a whole: its payload has the `id` and the `version` of that
 * @unit: the unit of the event
 * @collection: the name of the collection of copies, each under the id of its original
 * @version_field: a field of @collection, an integer, for the version of the original
 * @apply: (scope call) (closure user_data): takes over what the event says
 * @user_data: data for @apply, such as @unit where more than the copy changes
 * @error: return location for a [error@Error]
 *
 * Keeps a copy of another service's document by the events that tell of each of its versions, whatever order they come in and
 * however often. For a listener to return. Of the version that is in the copy already, and of those before, nothing is to be done. The
 * next one is taken over: the copy is read, or made where the version is 0, has the new version set, is given to @apply and stored. A
 * version further on waits until those between have come; as does one that is not 0 while there is no copy.
 *
 * So a service publishes each version of a document that has copies. Of two that race for one version one is committed, and the other
 * is run again and finds it done.
 *
 * Returns: whether the unit may be committed; else `USHER_ERROR_DEFER` says what the event waits for, `USHER_ERROR_INVALID` what it has
 *   not, or the error is that of @apply
 */
gboolean
usher_copy_apply (UsherEvent *event,
                  UsherUnit *unit,
                  const char *collection,
                  const char *version_field,
                  UsherCopyFunc apply,
                  gpointer user_data,
                  GError **error)
{
  const Care care = {
    .collection = collection,
    .version_field = version_field,
    .apply = apply,
    .user_data = user_data,
  };

  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (USHER_IS_UNIT (unit), FALSE);
  g_return_val_if_fail (collection != NULL, FALSE);
  g_return_val_if_fail (version_field != NULL, FALSE);
  g_return_val_if_fail (apply != NULL, FALSE);

  return take_care (event, unit, &care, error);
}

/**
 * usher_copy_apply_latest:
 * @event: an event that tells of a document: its payload has the `id` and the `version` of that
 * @unit: the unit of the event
 * @collection: the name of the collection of copies, each under the id of its original
 * @version_field: a field of @collection, an integer, for the version of the original
 * @apply: (scope call) (closure user_data): takes over what the event says
 * @user_data: data for @apply, such as @unit where more than the copy changes
 * @error: return location for a [error@Error]
 *
 * Keeps what one kind of events says of another service's document, where not each of its versions is told: whether a user is
 * banned. For a listener to return. A version that is later than the copy's is taken over, whatever is between, and what comes late is
 * of the past: nothing is to be done.
 *
 * Returns: whether the unit may be committed; else `USHER_ERROR_INVALID` says what the event has not, or the error is that of @apply
 */
gboolean
usher_copy_apply_latest (UsherEvent *event,
                         UsherUnit *unit,
                         const char *collection,
                         const char *version_field,
                         UsherCopyFunc apply,
                         gpointer user_data,
                         GError **error)
{
  const Care care = {
    .collection = collection,
    .version_field = version_field,
    .has_gaps = TRUE,
    .apply = apply,
    .user_data = user_data,
  };

  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (USHER_IS_UNIT (unit), FALSE);
  g_return_val_if_fail (collection != NULL, FALSE);
  g_return_val_if_fail (version_field != NULL, FALSE);
  g_return_val_if_fail (apply != NULL, FALSE);

  return take_care (event, unit, &care, error);
}
