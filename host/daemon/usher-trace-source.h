/* usher-trace-source.h: who is asked for a trace: a program that runs, or a data directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin-client.h"

G_BEGIN_DECLS

typedef struct _UsherTraceSource UsherTraceSource;

/* The program at --admin; where nobody answers there, the log in the data directory, which is nobody else's until it is freed. @status:
 * (out): the exit status of the error */
UsherTraceSource *usher_trace_source_new (const UsherOptions *options, int *status, GError **error);
void usher_trace_source_free (UsherTraceSource *self);

/* (transfer full): answers as an admin listener gives them */
/* @cursor: (nullable): NULL: @since says where to begin */
JsonObject *usher_trace_source_read (UsherTraceSource *self,
                                     const char *id,
                                     const char *cursor,
                                     gint64 since,
                                     gint64 until,
                                     GError **error);
JsonObject *usher_trace_source_list_groups (UsherTraceSource *self, GError **error);
JsonObject *usher_trace_source_list_parked (UsherTraceSource *self,
                                            const char *channel,
                                            gint64 offset,
                                            GError **error);
/* @func: for each process that has services, with what it knows of their events and of timers that go back to @correlation. @services
 * and @timers: (nullable): it does not tell. Nobody runs: not at all. */
typedef void (*UsherTraceProcessFunc) (const char *process,
                                       JsonObject *services,
                                       JsonObject *timers,
                                       gpointer user_data);
gboolean usher_trace_source_ask_processes (UsherTraceSource *self,
                                           const char *correlation,
                                           UsherTraceProcessFunc func,
                                           gpointer user_data,
                                           GError **error);
/* nobody runs */
gboolean usher_trace_source_is_at_rest (UsherTraceSource *self);
gboolean usher_trace_source_is_lost (UsherTraceSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTraceSource, usher_trace_source_free)

G_END_DECLS
