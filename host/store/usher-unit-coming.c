/* usher-unit-coming.c: waits for a document that is on its way
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-unit.h"

#include "usher-clock.h"
#include "usher-id.h"

/* older ids are of documents whose copy came long ago, or never will */
#define YOUNG (10 * G_TIME_SPAN_SECOND)

static gboolean
is_young (const char *id, gint64 now)
{
  gint64 made = usher_id_get_time (id);

  return ABS (now - made) <= YOUNG;
}

/**
 * usher_unit_find_coming:
 * @self: the unit of a request
 * @collection: where copies of another service's documents are kept
 * @id: the id of a document there
 * @wait: how long the request may wait, in microseconds
 * @error: return location for an error: `NOT_FOUND`, `DEFER`
 *
 * Finds a copy that may still be on its way: people ask for what they have just made, and the event that brings it takes a
 * moment. When @id was made in the last 10 s the request waits for it, once, as by [method@Unit.wait_for]; an older one is
 * not found.
 *
 * Returns: (transfer full) (nullable): the document; `NULL` for a handler to return
 */
UsherDocument *
usher_unit_find_coming (UsherUnit *self,
                        const char *collection,
                        const char *id,
                        gint64 wait,
                        GError **error)
{
  g_autoptr (UsherDocument) document = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);
  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  if (!usher_unit_has_waited (self) && is_young (id, usher_unit_get_time (self)))
    {
      if (usher_unit_lookup (self, collection, id, &document, error) && document == NULL)
        usher_unit_wait_for (self, collection, id, wait, error);

      return g_steal_pointer (&document);
    }

  return usher_unit_find (self, collection, id, error);
}
