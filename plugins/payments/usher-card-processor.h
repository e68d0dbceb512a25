/* usher-card-processor.h: who charges cards
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  USHER_CHARGE_PAID,     /* the money was taken */
  USHER_CHARGE_DECLINED, /* it was not, and never will be under this key */
} UsherChargeOutcome;

/* What became of a charge. */
typedef struct
{
  UsherChargeOutcome outcome;
  char *id;      /* (owned) (nullable): the processor's, when paid */
  char *message; /* (owned) (nullable): for the person, when declined */
} UsherCharge;

static inline void
usher_charge_clear (UsherCharge *charge)
{
  g_clear_pointer (&charge->id, g_free);
  g_clear_pointer (&charge->message, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherCharge, usher_charge_clear)

typedef struct _UsherCardProcessor UsherCardProcessor;

/* A processor of card payments, the first member of who is one, in a box of g_atomic_rc_box_new0(). Any thread; each call
 * blocks.
 *
 * All three may be repeated: a key has one outcome, which is told again to who asks again. FALSE with
 * `USHER_ERROR_UNAVAILABLE` says that nothing is known: it may have happened or not. */
struct _UsherCardProcessor
{
  /* Takes money. @amount: in minor units; @token: what stands for the card; @charge: (out): what became of it */
  gboolean (*charge) (UsherCardProcessor *self,
                      const char *key,
                      gint64 amount,
                      const char *currency,
                      const char *token,
                      UsherCharge *charge,
                      GError **error);
  /* Looks @key up. One that the processor has not seen is closed: a charge that comes later, from somebody who was slow, is
   * declined. So the answer is final, whoever is still at work. */
  gboolean (*settle) (UsherCardProcessor *self,
                      const char *key,
                      UsherCharge *charge,
                      GError **error);
  /* Gives the money of a charge back. @key: of the refund; @refund_id: (out) (transfer full): the processor's name of it */
  gboolean (*refund) (UsherCardProcessor *self,
                      const char *key,
                      const char *charge_id,
                      char **refund_id,
                      GError **error);
  GDestroyNotify clear;
};

static inline void
usher_card_processor_unref (UsherCardProcessor *self)
{
  g_atomic_rc_box_release_full (self, self->clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherCardProcessor, usher_card_processor_unref)

G_END_DECLS
