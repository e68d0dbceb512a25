/* usher-fault-private.h: what a program does wrong, whatever its input
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* Whoever runs a handler watches its thread for faults: a field that the schema has not, a channel without a name, a timer
 * that nobody declared. The handler goes on as if it had said nothing, but nothing of what it says counts. */
typedef struct _UsherFaultScope UsherFaultScope;

struct _UsherFaultScope
{
  char *reason; /* (owned) (nullable): the first one */
  UsherFaultScope *parent;
};

/* begins to watch this thread; scopes nest */
void usher_fault_push_scope (UsherFaultScope *scope);
/* (transfer full) (nullable): the first fault since @scope was pushed, which is the last one */
char *usher_fault_pop_scope (UsherFaultScope *scope);
/* A fault; where nobody watches, it is logged as critical. */
void usher_fault_report (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* whether @what is there; that it is NULL is a fault: “FUNC() is given no NAME” */
gboolean usher_fault_is_given (gconstpointer what, const char *func, const char *name);
/* An error that tells the caller of a fault: it is one if it is INVALID. Where nobody watches, the error is all. */
void usher_fault_note (const GError *error);

G_END_DECLS
