/* usher-card-processor.h: who charges cards
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* what the payer of a charge is told that was closed */
#define USHER_CHARGE_TOO_LONG "The payment took too long, try again"

typedef enum
{
  USHER_CHARGE_PAID,     /* the money was taken; of a refund: it is back */
  USHER_CHARGE_DECLINED, /* it was not, and never will be under this key */
  USHER_CHARGE_PENDING,  /* neither yet: the payer or the processor has to go on */
  USHER_CHARGE_WRONG,    /* money was taken, but not what was asked: it has to go back */
} UsherChargeOutcome;

/* What became of a charge, or of a refund. */
typedef struct
{
  UsherChargeOutcome outcome;
  char *id;      /* (owned) (nullable): the processor's, unless declined */
  char *message; /* (owned) (nullable): for the person, when declined or wrong */
  char *
      secret; /* (owned) (nullable): what the payer goes on with, when pending; his alone: neither stored nor logged */
} UsherCharge;

static inline void
usher_charge_clear (UsherCharge *charge)
{
  g_clear_pointer (&charge->id, g_free);
  g_clear_pointer (&charge->message, g_free);
  g_clear_pointer (&charge->secret, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherCharge, usher_charge_clear)

/* What is to be paid for. All strings are (unowned). */
typedef struct
{
  const char *key;       /* of the attempt: `orderId:attempt` */
  const char *intent_id; /* (nullable): what prepare() made for it */
  gint64 amount;         /* in minor units */
  const char *currency;
} UsherPurchase;

/* What settling does to a charge that is neither paid nor declined. */
typedef enum
{
  USHER_SETTLE_LOOK,  /* nothing */
  USHER_SETTLE_WAIT,  /* closes it, unless it waits for the payer */
  USHER_SETTLE_CLOSE, /* closes it */
} UsherSettling;

typedef struct _UsherCardProcessor UsherCardProcessor;

/* A processor of card payments, the first member of who is one, in a box of g_atomic_rc_box_new0(). Any thread; each call
 * blocks.
 *
 * All may be repeated: a key has one outcome, which is told again to who asks again. FALSE with
 * `USHER_ERROR_UNAVAILABLE` says that nothing is known: it may have happened or not. */
struct _UsherCardProcessor
{
  /* (nullable): NULL: the processor looks charges up by key. Else it looks them up by an id of its own: this makes one, and takes
   * no money; only when the id is on disk is charge() called. @charge: (out): pending with the id, or declined */
  gboolean (*prepare) (UsherCardProcessor *self,
                       const UsherPurchase *purchase,
                       const char *token,
                       UsherCharge *charge,
                       GError **error);
  /* Takes money. @token: what stands for the card; @charge: (out): what became of it */
  gboolean (*charge) (UsherCardProcessor *self,
                      const UsherPurchase *purchase,
                      const char *token,
                      UsherCharge *charge,
                      GError **error);
  /* Says what became of a charge. One that is closed is declined, when it comes late too. So whatever is not pending is final,
   * whoever is still at work. */
  gboolean (*settle) (UsherCardProcessor *self,
                      const UsherPurchase *purchase,
                      UsherSettling how,
                      UsherCharge *charge,
                      GError **error);
  /* Gives the money of a charge back, or says how that stands. @key: of the refund, another after one that is declined */
  gboolean (*refund) (UsherCardProcessor *self,
                      const char *key,
                      const char *charge_id,
                      UsherCharge *refund,
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
