/* usher-cashier.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-cashier.h"

#include "usher-test-processor.h"

struct _UsherCashier
{
  UsherContext *context;         /* (unowned): the host keeps it as long as the service */
  UsherCardProcessor *processor; /* (owned) (nullable) */
};

static const UsherSetting settings[] = {
  { "payments",
    "processor",
    USHER_SETTING_STRING,
    "test",
    0,
    0,
    "Who charges the cards: test takes no real money" },
};

UsherCashier *
usher_cashier_new (UsherContext *context)
{
  UsherCashier *self = g_new0 (UsherCashier, 1);

  self->context = context;
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));

  return self;
}

void
usher_cashier_free (UsherCashier *self)
{
  g_clear_object (&self->processor);
  g_free (self);
}

gboolean
usher_cashier_start (UsherCashier *self, GError **error)
{
  const char *processor = usher_context_get_string (self->context, "processor");
  g_autofree char *directory = NULL;

  if (g_strcmp0 (processor, "test") != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "[payments] processor is “%s”, but only “test” is known",
                   processor);
      return FALSE;
    }

  directory = usher_context_dup_directory (self->context, error);
  if (directory == NULL)
    return FALSE;

  self->processor =
      usher_test_processor_new (directory, usher_context_get_clock (self->context), error);

  return self->processor != NULL;
}

void
usher_cashier_stop (UsherCashier *self)
{
  g_clear_object (&self->processor);
}

UsherCardProcessor *
usher_cashier_get_processor (UsherCashier *self)
{
  return self->processor;
}
