/* usher-process-page.h: what the supervisor tells on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-supervisor.h"

G_BEGIN_DECLS

typedef struct _UsherProcessPage UsherProcessPage;

UsherProcessPage *usher_process_page_new (void);
void usher_process_page_free (UsherProcessPage *self);

/* on the main thread, after each change */
void usher_process_page_update (UsherProcessPage *self,
                                const UsherProfile *profile,
                                UsherSupervisor *supervisor);
/* (transfer full) (nullable): how the process in this place is called now; on any thread */
char *usher_process_page_dup_instance (UsherProcessPage *self, const char *name);
/* answers with JSON; on any thread */
void usher_process_page_answer (UsherExchange *exchange, gpointer user_data);

G_END_DECLS
