/* usher-process-page.h: the processes of a supervisor, for /processes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-exchange.h"
#include "usher-metrics.h"

G_BEGIN_DECLS

/* Written by one thread, read by any. */
typedef struct _UsherProcessPage UsherProcessPage;

/* A process, as it is now. */
typedef struct
{
  const char *name;
  const char *state;
  const char *reason;
  const char *const *services; /* (nullable): none */
  guint generation;
  guint n_restarts;
  gboolean is_ready;
  const char *instance; /* (nullable): how it is called now, with the generation; NULL: none runs */
  gint64 pid;           /* of that one */
  gint64 since;         /* when it was started */
  const char *last_end; /* (nullable): how the last one that died has died; NULL: none has */
  gint64 last_end_time;
} UsherProcessFigures;

UsherProcessPage *usher_process_page_new (void);
void usher_process_page_free (UsherProcessPage *self);

/* after each change; @profile, @bus: (nullable): not known yet */
void usher_process_page_update (UsherProcessPage *self,
                                const char *profile,
                                const char *bus,
                                const UsherProcessFigures *processes,
                                guint n_processes);
/* whether each process is ready, how often it was started again, and what it says itself at RUN/INSTANCE.admin; waits for the
 * answers */
void
usher_process_page_add_metrics (UsherProcessPage *self, UsherMetrics *metrics, const char *run);
/* (transfer full) (nullable): how the process of that name is called now */
char *usher_process_page_dup_instance (UsherProcessPage *self, const char *name);
/* an UsherRouteFunc; @user_data: the page */
void usher_process_page_answer (UsherExchange *exchange, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherProcessPage, usher_process_page_free)

G_END_DECLS
