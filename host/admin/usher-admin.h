/* usher-admin.h: what operators see of a host, and what they can do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-host-class.h"

G_BEGIN_DECLS

#define USHER_TYPE_ADMIN (usher_admin_get_type ())

G_DECLARE_FINAL_TYPE (UsherAdmin, usher_admin, USHER, ADMIN, GObject)

/**
 * UsherDescribeFunc:
 * @format: in which form
 * @user_data: (closure): data of who gave the function
 * @error: return location for a [error@Error]
 *
 * Describes services, on a thread that may wait.
 *
 * Returns: (transfer full): JSON, or `NULL`
 */
typedef char *(*UsherDescribeFunc) (UsherDescriptionFormat format,
                                    gpointer user_data,
                                    GError **error);

UsherAdmin *usher_admin_new (UsherHost *host, GError **error);
void usher_admin_add_metrics (UsherAdmin *self,
                              UsherMetricsFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy);
void usher_admin_set_directory (UsherAdmin *self, const char *directory);
void usher_admin_set_process (UsherAdmin *self, const char *name);
void usher_admin_set_gateway (UsherAdmin *self, UsherGateway *gateway);
void usher_admin_set_describer (UsherAdmin *self, UsherDescribeFunc func, gpointer user_data);
gboolean usher_admin_start (UsherAdmin *self, GError **error);

G_END_DECLS
