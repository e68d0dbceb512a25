/* usher-store-copy-service-private.h: the database of one service, and what is to be the same elsewhere
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-store-copy.h"

G_BEGIN_DECLS

typedef struct _UsherStoreCopyService UsherStoreCopyService;

/* @from, @to: addresses of databases, as usher_store_open() takes them */
UsherStoreCopyService *
usher_store_copy_service_new (const char *name, const char *from, const char *to, GError **error);
void usher_store_copy_service_free (UsherStoreCopyService *self);
void usher_store_copy_service_set_func (UsherStoreCopyService *self,
                                        UsherStoreCopyFunc func,
                                        gpointer user_data);

const char *usher_store_copy_service_get_name (UsherStoreCopyService *self);
/* (nullable): of the target, as it was found */
const char *usher_store_copy_service_get_mark (UsherStoreCopyService *self);
/* FALSE: with an error that names what is in the target */
gboolean usher_store_copy_service_check_empty (UsherStoreCopyService *self, GError **error);
/* whether all is the same; both are read */
gboolean
usher_store_copy_service_compare (UsherStoreCopyService *self, gboolean *is_same, GError **error);
/* @mark: (nullable) */
gboolean
usher_store_copy_service_set_mark (UsherStoreCopyService *self, const char *mark, GError **error);
/* copies all into the target, which has a mark, and compares it then */
gboolean usher_store_copy_service_run (UsherStoreCopyService *self, GError **error);
/* whether no host has come in between; BUSY */
gboolean usher_store_copy_service_check_unused (UsherStoreCopyService *self, GError **error);
/* adds a{sx}: how many rows of what there are in the source */
void usher_store_copy_service_describe (UsherStoreCopyService *self, GVariantBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherStoreCopyService, usher_store_copy_service_free)

G_END_DECLS
