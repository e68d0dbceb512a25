/* usher-store-open.c: which store an address is for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"

typedef UsherStore *(*OpenFunc) (const char *place,
                                 UsherClock *clock,
                                 const UsherStoreOptions *options,
                                 GError **error);

/* A kind of store, and what it does with what follows the scheme. */
typedef struct
{
  const char *scheme;
  OpenFunc open;
} Kind;

static const Kind kinds[] = {
  { "sqlite:", usher_sqlite_store_new },
};

static void
set_unknown (const char *uri, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_string_append_printf (known, "%s“%s…”", i > 0 ? ", " : "", kinds[i].scheme);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no address of a store: known are %s",
               uri,
               known->str);
}

/* (nullable): the kind; @place: what follows its scheme */
static const Kind *
find_kind (const char *uri, const char **place, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (uri, kinds[i].scheme) && uri[strlen (kinds[i].scheme)] != '\0')
      {
        *place = uri + strlen (kinds[i].scheme);
        return &kinds[i];
      }

  set_unknown (uri, error);
  return NULL;
}

/**
 * usher_store_open:
 * @uri: where the database is: `sqlite:PATH`, the path as it is
 * @clock: the clock of the host
 * @options: (nullable): how it is opened, `NULL`: for this process alone, and commits of any size
 * @error: return location for an error
 *
 * Opens the database of a service; the scheme of @uri says what kind of store it is. A SQLite file is made when it is missing;
 * its folder must exist.
 *
 * All errors name the place: `USHER_ERROR_INVALID` when @uri is of no known kind, `USHER_ERROR_UNAVAILABLE` when the database
 * cannot be opened or written, `USHER_ERROR_FULL`, `USHER_ERROR_CORRUPT` when it is none, another program's or from a newer
 * version.
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
