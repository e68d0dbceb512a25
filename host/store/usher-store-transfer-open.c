/* usher-store-transfer-open.c: which kind of store an address is for, to copy it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-transfer-private.h"
#include "usher-store-module-private.h"
#include "usher-store-uri.h"

/* A kind of store. */
typedef struct
{
  const char *scheme;
  UsherStoreTransfer *(*open) (const char *uri, gboolean is_target, GError **error);
  GPtrArray *(*list_services) (const char *uri, GError **error);
} Kind;

static const Kind kinds[] = {
  { "sqlite:", usher_sqlite_transfer_new, usher_sqlite_transfer_list_services },
  { "mongodb://", usher_store_module_open_transfer, usher_store_module_list_services },
  { "mongodb+srv://", usher_store_module_open_transfer, usher_store_module_list_services },
};

static const Kind *
find_kind (const char *uri, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (uri, kinds[i].scheme))
      return &kinds[i];

  g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "stores of this kind cannot be copied");
  return NULL;
}

UsherStoreTransfer *
usher_store_transfer_open (const char *uri, gboolean is_target, GError **error)
{
  const Kind *kind = find_kind (uri, error);

  return kind != NULL ? kind->open (uri, is_target, error) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
usher_store_transfer_list_services (const char *base, GError **error)
{
  /* where one would be says where all are */
  g_autofree char *uri = usher_store_make_uri (base, "x", error);
  const Kind *kind = uri != NULL ? find_kind (uri, error) : NULL;
  GPtrArray *services = kind != NULL ? kind->list_services (uri, error) : NULL;

  if (services != NULL)
    g_ptr_array_sort (services, compare_names);

  return services;
}
