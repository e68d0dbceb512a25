/* usher-store-transfer-private.h: all that is in the database of a service, out of one kind of store and into another
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-document.h"
#include "usher-event.h"
#include "usher-reach.h"
#include "usher-request-record.h"
#include "usher-timer.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_TRANSFER_DOCUMENTS, /* of one collection */
  USHER_TRANSFER_EVENTS,    /* of the outbox */
  USHER_TRANSFER_APPLIED,   /* of the inbox */
  USHER_TRANSFER_REQUESTS,
  USHER_TRANSFER_TIMERS,
  USHER_TRANSFER_N_PARTS,
} UsherTransferPart;

/* Borrowed; what is not of @part is NULL. */
typedef struct
{
  UsherTransferPart part;
  UsherDocument *document;
  UsherEvent *event;
  const char *applied;    /* the id of an event */
  const char *subscriber; /* who has applied it */
  gint64 time;            /* and when */
  UsherRequestRecord *request;
  UsherTimer *timer;
} UsherTransferRow;

/* TRUE: go on */
typedef gboolean (*UsherTransferFunc) (const UsherTransferRow *row,
                                       gpointer user_data,
                                       GError **error);

#define USHER_TYPE_STORE_TRANSFER (usher_store_transfer_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherStoreTransfer, usher_store_transfer, USHER, STORE_TRANSFER, GObject)

/* A database that no host has open, one thread at a time. It is read, or it is emptied, filled and finished; while it has a mark no
 * host starts on it. */
struct _UsherStoreTransferInterface
{
  GTypeInterface parent_iface;

  gboolean (*check_unused) (UsherStoreTransfer *self, GError **error);
  GPtrArray *(*list_schemas) (UsherStoreTransfer *self, GError **error);
  gboolean (*count) (UsherStoreTransfer *self,
                     UsherTransferPart part,
                     UsherSchema *schema,
                     gint64 *n_rows,
                     GError **error);
  gboolean (*read) (UsherStoreTransfer *self,
                    UsherTransferPart part,
                    UsherSchema *schema,
                    UsherTransferFunc func,
                    gpointer user_data,
                    GError **error);
  gboolean (*lookup_reach) (UsherStoreTransfer *self, UsherReach *reach, GError **error);
  gboolean (*lookup_mark) (UsherStoreTransfer *self, char **mark, GError **error);
  gboolean (*set_mark) (UsherStoreTransfer *self, const char *mark, GError **error);
  gboolean (*clear) (UsherStoreTransfer *self, GError **error);
  gboolean (*add_collection) (UsherStoreTransfer *self, UsherSchema *schema, GError **error);
  gboolean (*write) (UsherStoreTransfer *self, const UsherTransferRow *row, GError **error);
  gboolean (*finish) (UsherStoreTransfer *self, const UsherReach *reach, GError **error);
};

/* @uri: as usher_store_make_uri() gives it; @is_target: it is made when it is missing */
UsherStoreTransfer *usher_store_transfer_open (const char *uri, gboolean is_target, GError **error);
/* (transfer full) (element-type utf8) (nullable): the services that have a database there, in order; @base: as for
 * usher_store_make_uri() */
GPtrArray *usher_store_transfer_list_services (const char *base, GError **error);

/* whether no host that runs has it, as far as that can be seen; BUSY */
gboolean usher_store_transfer_check_unused (UsherStoreTransfer *self, GError **error);
/* (transfer full) (element-type UsherSchema) (nullable): of each collection, all fields that any document may have */
GPtrArray *usher_store_transfer_list_schemas (UsherStoreTransfer *self, GError **error);
/* @schema: (nullable): of the documents that are meant */
gboolean usher_store_transfer_count (UsherStoreTransfer *self,
                                     UsherTransferPart part,
                                     UsherSchema *schema,
                                     gint64 *n_rows,
                                     GError **error);
/* Events come in the order in which they are to be sent, and documents in that of lists. */
gboolean usher_store_transfer_read (UsherStoreTransfer *self,
                                    UsherTransferPart part,
                                    UsherSchema *schema,
                                    UsherTransferFunc func,
                                    gpointer user_data,
                                    GError **error);
gboolean
usher_store_transfer_lookup_reach (UsherStoreTransfer *self, UsherReach *reach, GError **error);
/* @mark: (out) (nullable): the text that set_mark() left */
gboolean usher_store_transfer_lookup_mark (UsherStoreTransfer *self, char **mark, GError **error);
/* durable when it returns; @mark: (nullable): NULL: a host may start on it */
gboolean usher_store_transfer_set_mark (UsherStoreTransfer *self, const char *mark, GError **error);
/* takes all away but the mark, without which nothing is taken */
gboolean usher_store_transfer_clear (UsherStoreTransfer *self, GError **error);
gboolean
usher_store_transfer_add_collection (UsherStoreTransfer *self, UsherSchema *schema, GError **error);
gboolean
usher_store_transfer_write (UsherStoreTransfer *self, const UsherTransferRow *row, GError **error);
/* all that was written is durable when it returns */
gboolean
usher_store_transfer_finish (UsherStoreTransfer *self, const UsherReach *reach, GError **error);

/* for who implements it: (transfer full) (nullable): @record: the text of usher_schema_record_merge(); @indexes: (element-type
 * utf8 int): the flags of the fields that have some */
USHER_API
UsherSchema *usher_store_transfer_make_schema (const char *collection,
                                               const char *record,
                                               GHashTable *indexes,
                                               GError **error);

G_END_DECLS
