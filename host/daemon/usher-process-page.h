/* usher-process-page.h: what the supervisor tells on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-metrics.h"
#include "usher-supervisor.h"

G_BEGIN_DECLS

typedef struct _UsherProcessPage UsherProcessPage;

UsherProcessPage *usher_process_page_new (void);
void usher_process_page_free (UsherProcessPage *self);

/* on the main thread, after each change */
void usher_process_page_update (UsherProcessPage *self,
                                const UsherProfile *profile,
                                UsherSupervisor *supervisor);
/* whether each process is ready, how often it was started again, and what it says itself at RUN/INSTANCE.admin; on
 * any thread but the main one, waits for the answers */
void
usher_process_page_add_metrics (UsherProcessPage *self, UsherMetrics *metrics, const char *run);
/* (transfer full) (nullable): how the process in this place is called now; on any thread */
char *usher_process_page_dup_instance (UsherProcessPage *self, const char *name);
/* (transfer full): the JSON of @page, for the page for people; on any thread */
char *usher_process_page_dup_text (gpointer page);
/* answers with it; on any thread */
void usher_process_page_answer (UsherExchange *exchange, gpointer user_data);

G_END_DECLS
