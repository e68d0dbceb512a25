/* usher-card-processor.h: who charges cards
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * UsherChargeOutcome:
 * @USHER_CHARGE_PAID: the money was taken
 * @USHER_CHARGE_DECLINED: it was not, and never will be under this key
 *
 * What became of a charge.
 */
typedef enum
{
  USHER_CHARGE_PAID,
  USHER_CHARGE_DECLINED,
} UsherChargeOutcome;

typedef struct
{
  UsherChargeOutcome outcome;
  char *id;      /* (owned) (nullable): the processor's, when paid */
  char *message; /* (owned) (nullable): for the person, when declined */
} UsherCharge;

void usher_charge_clear (UsherCharge *charge);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherCharge, usher_charge_clear)

#define USHER_TYPE_CARD_PROCESSOR (usher_card_processor_get_type ())

G_DECLARE_INTERFACE (UsherCardProcessor, usher_card_processor, USHER, CARD_PROCESSOR, GObject)

/**
 * UsherCardProcessorInterface:
 * @charge: takes money
 * @settle: tells what became of a charge and ends it
 * @refund: gives the money of a charge back
 *
 * A processor of card payments. Any thread; each call blocks.
 *
 * All three may be repeated: a key has one outcome, which is told again to who asks again. FALSE with
 * `USHER_ERROR_UNAVAILABLE` says that nothing is known: it may have happened or not.
 */
struct _UsherCardProcessorInterface
{
  GTypeInterface parent_iface;

  gboolean (*charge) (UsherCardProcessor *self,
                      const char *key,
                      gint64 amount,
                      const char *currency,
                      const char *token,
                      UsherCharge *charge,
                      GError **error);
  gboolean (*settle) (UsherCardProcessor *self,
                      const char *key,
                      UsherCharge *charge,
                      GError **error);
  gboolean (*refund) (UsherCardProcessor *self,
                      const char *key,
                      const char *charge_id,
                      char **refund_id,
                      GError **error);
};

gboolean usher_card_processor_charge (UsherCardProcessor *self,
                                      const char *key,
                                      gint64 amount,
                                      const char *currency,
                                      const char *token,
                                      UsherCharge *charge,
                                      GError **error);
gboolean usher_card_processor_settle (UsherCardProcessor *self,
                                      const char *key,
                                      UsherCharge *charge,
                                      GError **error);
gboolean usher_card_processor_refund (UsherCardProcessor *self,
                                      const char *key,
                                      const char *charge_id,
                                      char **refund_id,
                                      GError **error);

G_END_DECLS
