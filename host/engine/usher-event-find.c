/* usher-event-find.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-find.h"

#include "usher-event-members.h"

/**
 * usher_event_find:
 * @event: an event
 * @path: the path of a member of the payload, which has the id of a document
 * @unit: the unit of the event
 * @collection: the name of a collection of the service
 * @error: return location for a [error@Error]
 *
 * Reads the document that an event is about, for a listener that cannot do without it.
 *
 * Returns: (transfer full): the document, or `NULL`: `USHER_ERROR_INVALID` when the member is no id, `USHER_ERROR_NOT_FOUND` when
 *   there is no such document
 */
UsherDocument *
usher_event_find (UsherEvent *event,
                  const char *path,
                  UsherUnit *unit,
                  const char *collection,
                  GError **error)
{
  const char *id = NULL;

  g_return_val_if_fail (event != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (USHER_IS_UNIT (unit), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  id = usher_event_read_id (event, path, error);

  return id != NULL ? usher_unit_find (unit, collection, id, error) : NULL;
}
