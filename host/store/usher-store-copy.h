/* usher-store-copy.h: databases of services from one kind of store to another
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherStoreCopyFunc:
 * @service: whose database it is
 * @is_check: whether it is being compared, else copied
 * @n_done: how many rows are done
 * @n_rows: how many there are
 * @user_data: (closure): data of who copies
 *
 * Is told how far [func@Store.copy] has come, often, on its thread.
 */
typedef void (*UsherStoreCopyFunc) (const char *service,
                                    gboolean is_check,
                                    gint64 n_done,
                                    gint64 n_rows,
                                    gpointer user_data);

USHER_API
GVariant *usher_store_copy (const char *from,
                            const char *to,
                            const char *const *services,
                            UsherStoreCopyFunc func,
                            gpointer user_data,
                            GError **error);

G_END_DECLS
