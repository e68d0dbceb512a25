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

UsherAdmin *usher_admin_new (UsherHost *host, GError **error);
void usher_admin_add_metrics (UsherAdmin *self,
                              UsherMetricsFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy);

G_END_DECLS
