/* usher-card-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-card-processor.h"

G_DEFINE_INTERFACE (UsherCardProcessor, usher_card_processor, G_TYPE_OBJECT)

static void
usher_card_processor_default_init (UsherCardProcessorInterface *iface)
{
}

void
usher_charge_clear (UsherCharge *charge)
{
  g_clear_pointer (&charge->id, g_free);
  g_clear_pointer (&charge->message, g_free);
}

gboolean
usher_card_processor_charge (UsherCardProcessor *self,
                             const char *key,
                             gint64 amount,
                             const char *currency,
                             const char *token,
                             UsherCharge *charge,
                             GError **error)
{
  g_return_val_if_fail (USHER_IS_CARD_PROCESSOR (self), FALSE);

  return USHER_CARD_PROCESSOR_GET_IFACE (self)->charge (
      self, key, amount, currency, token, charge, error);
}

gboolean
usher_card_processor_settle (UsherCardProcessor *self,
                             const char *key,
                             UsherCharge *charge,
                             GError **error)
{
  g_return_val_if_fail (USHER_IS_CARD_PROCESSOR (self), FALSE);

  return USHER_CARD_PROCESSOR_GET_IFACE (self)->settle (self, key, charge, error);
}

gboolean
usher_card_processor_refund (UsherCardProcessor *self,
                             const char *key,
                             const char *charge_id,
                             char **refund_id,
                             GError **error)
{
  g_return_val_if_fail (USHER_IS_CARD_PROCESSOR (self), FALSE);

  return USHER_CARD_PROCESSOR_GET_IFACE (self)->refund (self, key, charge_id, refund_id, error);
}
