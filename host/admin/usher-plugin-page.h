/* usher-plugin-page.h: the states of the plugins, for the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"
#include "usher-exchange.h"

G_BEGIN_DECLS

/* Written by one thread, read by the listener's. */
typedef struct _UsherPluginPage UsherPluginPage;

UsherPluginPage *usher_plugin_page_new (void);
void usher_plugin_page_free (UsherPluginPage *self);
/* @catalog: (nullable): none is known yet */
void usher_plugin_page_update (UsherPluginPage *self, UsherCatalog *catalog);
/* an UsherRouteFunc; @user_data: the page */
void usher_plugin_page_answer (UsherExchange *exchange, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherPluginPage, usher_plugin_page_free)

G_END_DECLS
