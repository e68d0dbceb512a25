/* usher-store-open.c: which store an address is for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-snapshot-private.h"
#include "usher-sqlite-store.h"
#include "usher-store-module-private.h"
#include "usher-store-snapshot.h"
#include "usher-store-uri.h"
#include "usher-store.h"

/* A kind of store. @place is what follows the scheme, or for a server the whole address. */
typedef struct
{
  const char *scheme;
  gboolean is_server;
  UsherStore *(*open) (const char *place,
                       UsherClock *clock,
                       const UsherStoreOptions *options,
                       GError **error);
  UsherStoreSnapshot *(*open_snapshot) (const char *place, gint64 deadline, GError **error);
  gboolean (*restore) (const char *place, gint64 time, GError **error);
} Kind;

static UsherStoreSnapshot *
refuse_snapshot (const char *uri, gint64 deadline, GError **error)
{
  g_autofree char *public = usher_store_uri_dup_public (uri);

  usher_refuse (error,
                USHER_ERROR_INVALID,
                "database “%s” is its server's to back up, as with mongodump",
                public);
  return NULL;
}

static gboolean
refuse_restore (const char *uri, gint64 time, GError **error)
{
  g_autofree char *public = usher_store_uri_dup_public (uri);

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "database “%s” is its server's to bring back, as with mongorestore",
                       public);
}

static const Kind kinds[] = {
  { "sqlite:",
    FALSE,
    usher_sqlite_store_new,
    usher_sqlite_snapshot_new,
    usher_sqlite_snapshot_restore },
  { "mongodb:", TRUE, usher_store_module_open, refuse_snapshot, refuse_restore },
  { "mongodb+srv:", TRUE, usher_store_module_open, refuse_snapshot, refuse_restore },
};

static void
set_unknown (const char *uri, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *public = usher_store_uri_dup_public (uri);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_string_append_printf (known, "%s“%s…”", i > 0 ? ", " : "", kinds[i].scheme);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no address of a store: known are %s",
               public,
               known->str);
}

/* (nullable): the kind; @place: for its functions */
static const Kind *
find_kind (const char *uri, const char **place, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (uri, kinds[i].scheme) && uri[strlen (kinds[i].scheme)] != '\0')
      {
        *place = kinds[i].is_server ? uri : uri + strlen (kinds[i].scheme);
        return &kinds[i];
      }

  set_unknown (uri, error);
  return NULL;
}

/**
 * usher_store_open:
 * @uri: where the database is: `sqlite:PATH`, the path as it is; `mongodb://…/DATABASE` or `mongodb+srv://…/DATABASE`, see
 *   [func@Store.make_uri]
 * @clock: the clock of the host
 * @options: (nullable): how it is opened, `NULL`: for this process alone, and commits of any size
 * @error: return location for an error
 *
 * Opens the database of a service; the scheme of @uri says what kind of store it is. A SQLite file is made when it is missing;
 * its folder must exist.
 *
 * All errors name the place, without credentials: `USHER_ERROR_INVALID` when @uri is of no known kind or malformed, or its server is
 * too old or refuses the credentials, `USHER_ERROR_UNAVAILABLE` when the database cannot be opened or written, `USHER_ERROR_FULL`,
 * `USHER_ERROR_CORRUPT` when it is none, another program's or from a newer version.
 *
 * Returns: (transfer full): a store, `NULL` on error
 */
UsherStore *
usher_store_open (const char *uri,
                  UsherClock *clock,
                  const UsherStoreOptions *options,
                  GError **error)
{
  const Kind *kind = NULL;
  const char *place = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  kind = find_kind (uri, &place, error);

  return kind != NULL ? kind->open (place, clock, options, error) : NULL;
}

/**
 * usher_store_open_snapshot:
 * @uri: where the database is, as for [func@Store.open]; it may be open, here and elsewhere
 * @deadline: until when it may be tried, monotonic time in microseconds
 * @error: return location for an error
 *
 * Opens a database to copy it. Of a file it need not be a store's: the log of a bus is copied so, too.
 *
 * Returns: (transfer full): a snapshot that nobody waits for yet, `NULL` on error
 */
UsherStoreSnapshot *
usher_store_open_snapshot (const char *uri, gint64 deadline, GError **error)
{
  const Kind *kind = NULL;
  const char *place = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  kind = find_kind (uri, &place, error);

  return kind != NULL ? kind->open_snapshot (place, deadline, error) : NULL;
}

/**
 * usher_store_restore:
 * @uri: where a copy was put, as for [func@Store.open]; nobody has it open
 * @time: wall time in microseconds, mostly now
 * @error: return location for an error
 *
 * Makes a copy of [method@StoreSnapshot.copy] a database that a service may be started on, however old the copy is.
 *
 * What the bus delivers again must meet an inbox that knows it: all that the inbox has counts as applied at @time, so that
 * pruning counts from then on.
 *
 * Returns: whether it can be used
 */
gboolean
usher_store_restore (const char *uri, gint64 time, GError **error)
{
  const Kind *kind = NULL;
  const char *place = NULL;

  g_return_val_if_fail (uri != NULL, FALSE);

  kind = find_kind (uri, &place, error);

  return kind != NULL && kind->restore (place, time, error);
}
