/* usher-stripe-refund.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stripe-refund.h"

#define REFUNDS "/v1/refunds"
/* how many refunds of a charge are looked through */
#define MAX_REFUNDS "100"

/* (nullable): the refund with @key; where that is NULL the newest one that was not lost. They are in the order of the list. */
static char *
find_refund (UsherJson *list, const char *key)
{
  for (guint i = 0; i < usher_json_get_length (list, "data"); i++)
    {
      g_autofree char *path = g_strdup_printf ("data.%u", i);
      g_autofree char *key_path = g_strconcat (path, ".metadata." USHER_STRIPE_KEY, NULL);
      g_autofree char *status_path = g_strconcat (path, ".status", NULL);
      const char *status = usher_json_get_string (list, status_path);

      if (key != NULL ? g_strcmp0 (usher_json_get_string (list, key_path), key) == 0
                      : g_strcmp0 (status, "failed") != 0 && g_strcmp0 (status, "canceled") != 0)
        return usher_json_dup_text (list, path);
    }

  return NULL;
}

/* (transfer full) (nullable) without an error where there is none */
static UsherJson *
look_for_refund (const UsherStripeRefund *self,
                 UsherStripeApi *api,
                 const char *key,
                 GError **error)
{
  g_autofree char *path =
      g_strconcat (REFUNDS "?limit=" MAX_REFUNDS "&payment_intent=", self->charge_id, NULL);
  const UsherStripeCall call = { .path = path, .deadline = self->deadline };
  guint status = 0;
  g_autoptr (UsherJson) list = usher_stripe_api_call (api, &call, &status, error);
  g_autofree char *text = NULL;

  if (list == NULL)
    return NULL;
  if (status != 200)
    {
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "Stripe does not list refunds of “%s”",
                    self->charge_id);
      return NULL;
    }

  text = find_refund (list, key);

  return text != NULL ? usher_json_parse (text, -1, error) : NULL;
}

static gboolean
tell_refund (UsherJson *answer, UsherCharge *refund, GError **error)
{
  const char *status = usher_json_get_string (answer, "status");
  const char *reason = usher_json_get_string (answer, "failure_reason");

  if (g_strcmp0 (status, "failed") == 0 || g_strcmp0 (status, "canceled") == 0)
    {
      refund->outcome = USHER_CHARGE_DECLINED;
      refund->message = g_strdup (reason != NULL ? reason : status);
      return TRUE;
    }

  refund->outcome = g_strcmp0 (status, "succeeded") == 0 ? USHER_CHARGE_PAID : USHER_CHARGE_PENDING;

  return usher_stripe_read_id (answer, "id", &refund->id, error);
}

/* (transfer full) (nullable): the refund; NULL without an error where it is refused, which @refund says */
static UsherJson *
make_refund (const UsherStripeRefund *self,
             UsherStripeApi *api,
             UsherCharge *refund,
             GError **error)
{
  g_autoptr (GString) form = g_string_new (NULL);
  const UsherStripeCall call = { REFUNDS, self->key, form, self->deadline };
  g_autoptr (UsherJson) answer = NULL;
  const char *reason = NULL;
  guint status = 0;

  usher_stripe_form_add (form, "payment_intent", self->charge_id);
  usher_stripe_form_add_key (form, self->key);
  answer = usher_stripe_api_call (api, &call, &status, error);
  if (answer == NULL || status == 200)
    return g_steal_pointer (&answer);

  /* by somebody who has done it by hand */
  if (g_strcmp0 (usher_json_get_string (answer, "error.code"), "charge_already_refunded") == 0)
    return look_for_refund (self, api, NULL, error);

  reason = usher_json_get_string (answer, "error.message");
  refund->outcome = USHER_CHARGE_DECLINED;
  refund->message = g_strdup (reason != NULL ? reason : "it does not say why");

  return NULL;
}

/* The list is looked through first, as a key is forgotten after a day. */
gboolean
usher_stripe_refund_make (const UsherStripeRefund *self,
                          UsherStripeApi *api,
                          UsherCharge *refund,
                          GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherJson) answer = look_for_refund (self, api, self->key, &trouble);

  if (answer == NULL && trouble == NULL)
    answer = make_refund (self, api, refund, &trouble);
  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
  if (answer != NULL)
    return tell_refund (answer, refund, error);

  return refund->message != NULL ||
         usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "Stripe lists no refund of “%s”, which it says is refunded",
                       self->charge_id);
}
