/* usher-store-transfer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-transfer-private.h"

#include "usher-error.h"
#include "usher-schema-record-private.h"

G_DEFINE_INTERFACE (UsherStoreTransfer, usher_store_transfer, G_TYPE_OBJECT)

static void
usher_store_transfer_default_init (UsherStoreTransferInterface *iface)
{
}

gboolean
usher_store_transfer_check_unused (UsherStoreTransfer *self, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->check_unused (self, error);
}

GPtrArray *
usher_store_transfer_list_schemas (UsherStoreTransfer *self, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->list_schemas (self, error);
}

gboolean
usher_store_transfer_count (UsherStoreTransfer *self,
                            UsherTransferPart part,
                            UsherSchema *schema,
                            gint64 *n_rows,
                            GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->count (self, part, schema, n_rows, error);
}

gboolean
usher_store_transfer_read (UsherStoreTransfer *self,
                           UsherTransferPart part,
                           UsherSchema *schema,
                           UsherTransferFunc func,
                           gpointer user_data,
                           GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->read (self, part, schema, func, user_data, error);
}

gboolean
usher_store_transfer_lookup_reach (UsherStoreTransfer *self, UsherReach *reach, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->lookup_reach (self, reach, error);
}

gboolean
usher_store_transfer_lookup_mark (UsherStoreTransfer *self, char **mark, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->lookup_mark (self, mark, error);
}

gboolean
usher_store_transfer_set_mark (UsherStoreTransfer *self, const char *mark, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->set_mark (self, mark, error);
}

gboolean
usher_store_transfer_clear (UsherStoreTransfer *self, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->clear (self, error);
}

gboolean
usher_store_transfer_add_collection (UsherStoreTransfer *self, UsherSchema *schema, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->add_collection (self, schema, error);
}

gboolean
usher_store_transfer_write (UsherStoreTransfer *self, const UsherTransferRow *row, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->write (self, row, error);
}

gboolean
usher_store_transfer_finish (UsherStoreTransfer *self, const UsherReach *reach, GError **error)
{
  return USHER_STORE_TRANSFER_GET_IFACE (self)->finish (self, reach, error);
}

UsherSchema *
usher_store_transfer_make_schema (const char *collection,
                                  const char *record,
                                  GHashTable *indexes,
                                  GError **error)
{
  g_autoptr (GArray) recorded = usher_schema_record_read (record);
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (UsherField));

  for (guint i = 0; i < recorded->len; i++)
    {
      const UsherRecordedField *was = &g_array_index (recorded, UsherRecordedField, i);
      UsherField field = { was->name, was->type };

      if (was->type > USHER_FIELD_JSON)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_CORRUPT,
                       "field “%s” of collection “%s” is of a type that this version does not know",
                       was->name,
                       collection);
          return NULL;
        }
      field.flags = (UsherFieldFlags) GPOINTER_TO_INT (g_hash_table_lookup (indexes, was->name));
      if (was->is_private)
        field.flags |= USHER_FIELD_PRIVATE;
      g_array_append_val (fields, field);
    }

  return usher_schema_new (collection,
                           (const UsherField *) (gconstpointer) fields->data,
                           fields->len,
                           error);
}
