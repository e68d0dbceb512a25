/* usher-description-page-private.h: the services by what they declare
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin.h"
#include "usher-desk-private.h"

G_BEGIN_DECLS

/* Of this host, or where it has no services, of whom the program around it knows. */
typedef struct _UsherDescriptionPage UsherDescriptionPage;

/* @host, @desk: borrowed, and live as long */
UsherDescriptionPage *usher_description_page_new (UsherHost *host, UsherDesk *desk);
void usher_description_page_free (UsherDescriptionPage *self);
/* before it is asked; @func runs on a thread of the desk */
void usher_description_page_set_func (UsherDescriptionPage *self,
                                      UsherDescribeFunc func,
                                      gpointer user_data);
gboolean usher_description_page_add_routes (UsherDescriptionPage *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDescriptionPage, usher_description_page_free)

G_END_DECLS
