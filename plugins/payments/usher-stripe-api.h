/* usher-stripe-api.h: calls to Stripe
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* what intents and refunds have among their metadata, beside USHER_STRIPE_KEY, the whole of it */
#define USHER_STRIPE_ORDER   "order"
#define USHER_STRIPE_ATTEMPT "attempt"
#define USHER_STRIPE_KEY     "key"

/* Where Stripe is, and by which key it knows us. Any thread. */
typedef struct _UsherStripeApi UsherStripeApi;

/* One call. All strings are (unowned). */
typedef struct
{
  const char *path;
  const char *
      key; /* (nullable): of idempotency: what is sent twice is done once; NULL: what may be done twice */
  GString *form;   /* (nullable): of a POST; NULL: a GET */
  gint64 deadline; /* monotonic: all tries end by then */
} UsherStripeCall;

/* @uri: https, or http on this machine; @key: (nullable): none is refused; (nullable) with `USHER_ERROR_INVALID` */
UsherStripeApi *usher_stripe_api_new (const char *uri, UsherSecret *key, GError **error);
void usher_stripe_api_free (UsherStripeApi *self);

/* (transfer full) (nullable): the answer, where Stripe has decided: @status is 200, or 4xx for a refusal. NULL with
 * `USHER_ERROR_UNAVAILABLE` where nothing is known, after as many tries as there is time for. */
UsherJson *usher_stripe_api_call (UsherStripeApi *self,
                                  const UsherStripeCall *call,
                                  guint *status,
                                  GError **error);

void usher_stripe_form_add (GString *form, const char *name, const char *value);
/* the metadata of what has this idempotency key, `orderId:attempt…` */
void usher_stripe_form_add_key (GString *form, const char *key);

/* The id at @path, which can be a part of a path; @id: (inout). FALSE with `USHER_ERROR_UNAVAILABLE` where there is none. */
gboolean usher_stripe_read_id (UsherJson *answer, const char *path, char **id, GError **error);

G_END_DECLS
