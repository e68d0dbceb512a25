/* usher-upgrade.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-upgrade-private.h"

#include "usher-error.h"
#include "usher-fault-private.h"

struct _UsherUpgrade
{
  char *collection; /* (owned) */
  guint from;
  guint to;
  UsherUpgradeFunc func;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
};

UsherUpgrade *
usher_upgrade_new (const char *collection,
                   guint from,
                   guint to,
                   UsherUpgradeFunc func,
                   gpointer user_data,
                   GDestroyNotify destroy)
{
  UsherUpgrade *self = g_new0 (UsherUpgrade, 1);

  self->collection = g_strdup (collection);
  self->from = from;
  self->to = to;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
usher_upgrade_free (UsherUpgrade *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->collection);
  g_free (self);
}

const char *
usher_upgrade_get_collection (const UsherUpgrade *self)
{
  return self->collection;
}

guint
usher_upgrade_get_from (const UsherUpgrade *self)
{
  return self->from;
}

guint
usher_upgrade_get_to (const UsherUpgrade *self)
{
  return self->to;
}

gboolean
usher_upgrade_run (const UsherUpgrade *self, UsherDocument *document, GError **error)
{
  UsherFaultScope faults = { 0 };
  g_autofree char *fault = NULL;
  gboolean ok = FALSE;

  usher_fault_push_scope (&faults);
  ok = self->func (document, self->user_data, error);
  fault = usher_fault_pop_scope (&faults);

  if (fault != NULL)
    {
      g_clear_error (error);
      g_set_error_literal (error, USHER_ERROR, USHER_ERROR_FAILED, fault);
    }
  else if (!ok && error != NULL && *error == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "an upgrade failed without an error");

  return ok && fault == NULL;
}
