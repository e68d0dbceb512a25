/* usher-fault.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-fault-private.h"

#include "usher-error.h"

static GPrivate current_scope;

void
usher_fault_push_scope (UsherFaultScope *scope)
{
  scope->reason = NULL;
  scope->parent = g_private_get (&current_scope);
  g_private_set (&current_scope, scope);
}

char *
usher_fault_pop_scope (UsherFaultScope *scope)
{
  g_private_set (&current_scope, scope->parent);

  return g_steal_pointer (&scope->reason);
}

void
usher_fault_report (const char *format, ...)
{
  UsherFaultScope *scope = g_private_get (&current_scope);
  g_autofree char *reason = NULL;
  va_list arguments;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (scope == NULL)
    g_critical ("%s", reason);
  else if (scope->reason == NULL)
    scope->reason = g_utf8_make_valid (reason, -1);
}

gboolean
usher_fault_is_given (gconstpointer what, const char *func, const char *name)
{
  if (what == NULL)
    usher_fault_report ("%s() is given no %s", func, name);

  return what != NULL;
}

void
usher_fault_note (const GError *error)
{
  UsherFaultScope *scope = g_private_get (&current_scope);

  if (scope != NULL && scope->reason == NULL &&
      g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID))
    scope->reason = g_strdup (error->message);
}
