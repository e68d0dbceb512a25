/* usher-stripe-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stripe-processor.h"

#include <string.h>

#include "usher-stripe-api.h"
#include "usher-stripe-refund.h"

#define INTENTS "/v1/payment_intents"
#define METHODS "/v1/payment_methods"
#define REFUSED "The card processor refuses the payment"
#define WRONG   "Another amount was charged than the order's: the money goes back"

typedef struct
{
  UsherCardProcessor parent;

  UsherStripeApi *api; /* (owned) */
  gint64 patience;
} StripeProcessor;

/* how an intent stands */
typedef enum
{
  INTENT_IDLE,    /* nobody is at work on it */
  INTENT_WAITING, /* it waits for the payer */
  INTENT_WORKING, /* Stripe, or a bank, is at work on it */
  INTENT_PAID,
  INTENT_CLOSED,
} IntentState;

/* Whatever else there is, or will be, is idle, and is closed when it is settled. */
static IntentState
read_state (UsherJson *intent)
{
  static const struct
  {
    const char *status;
    IntentState state;
  } states[] = {
    { "requires_action", INTENT_WAITING },
    { "processing", INTENT_WORKING },
    { "succeeded", INTENT_PAID },
    { "canceled", INTENT_CLOSED },
  };
  const char *status = usher_json_get_string (intent, "status");

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (states[i].status, status) == 0)
      return states[i].state;

  return INTENT_IDLE;
}

/* What Stripe says of the card is for the payer. What it says of us is for the log, as long as it is not about the card. */
static gboolean
decline (UsherJson *answer, UsherCharge *charge)
{
  const char *message = usher_json_get_string (answer, "error.message");
  const char *type = usher_json_get_string (answer, "error.type");
  const char *param = usher_json_get_string (answer, "error.param");
  gboolean is_told = g_strcmp0 (type, "card_error") == 0;

  if (param != NULL)
    is_told = is_told || g_str_has_prefix (param, "card") || g_str_equal (param, "amount") ||
              g_str_equal (param, "payment_method");
  if (!is_told)
    g_message ("Stripe refuses a payment: %s", message != NULL ? message : "it does not say why");

  charge->outcome = USHER_CHARGE_DECLINED;
  g_free (charge->message);
  charge->message = g_strdup (is_told && message != NULL ? message : REFUSED);

  return TRUE;
}

/* Whether an intent is about what is to be paid for. */
static gboolean
is_as_asked (UsherJson *intent, const UsherPurchase *purchase)
{
  const char *currency = usher_json_get_string (intent, "currency");
  gint64 amount = -1;

  return usher_json_get_integer (intent, "amount", &amount) && amount == purchase->amount &&
         currency != NULL && g_ascii_strcasecmp (currency, purchase->currency) == 0;
}

static void
complain (UsherJson *intent, const UsherPurchase *purchase)
{
  const char *id = usher_json_get_string (intent, "id");
  const char *currency = usher_json_get_string (intent, "currency");
  gint64 amount = 0;

  usher_json_get_integer (intent, "amount", &amount);
  g_message ("Stripe says that “%s” is about %" G_GINT64_FORMAT " “%s”, but attempt “%s” has asked "
             "for %" G_GINT64_FORMAT " “%s”: it does not count as paid",
             id != NULL ? id : "",
             amount,
             currency != NULL ? currency : "",
             purchase->key,
             purchase->amount,
             purchase->currency);
}

static gint64
get_deadline (StripeProcessor *self)
{
  return g_get_monotonic_time () + self->patience;
}

/* @method: (out): pending with the id of what stands for the card, or declined */
static gboolean
make_method (StripeProcessor *self,
             const char *key,
             const char *token,
             gint64 deadline,
             UsherCharge *method,
             GError **error)
{
  g_autoptr (GString) form = g_string_new (NULL);
  g_autofree char *call_key = g_strconcat (key, ":method", NULL);
  const UsherStripeCall call = { METHODS, call_key, form, deadline };
  g_autoptr (UsherJson) answer = NULL;
  guint status = 0;

  method->outcome = USHER_CHARGE_PENDING;
  if (g_str_has_prefix (token, "pm_"))
    {
      method->id = g_strdup (token);
      return TRUE;
    }

  usher_stripe_form_add (form, "type", "card");
  usher_stripe_form_add (form, "card[token]", token);
  answer = usher_stripe_api_call (self->api, &call, &status, error);
  if (answer == NULL)
    return FALSE;

  return status == 200 ? usher_stripe_read_id (answer, "id", &method->id, error)
                       : decline (answer, method);
}

static gboolean
make_intent (StripeProcessor *self,
             const UsherPurchase *purchase,
             const char *method_id,
             gint64 deadline,
             UsherCharge *charge,
             GError **error)
{
  g_autoptr (GString) form = g_string_new (NULL);
  g_autofree char *amount = g_strdup_printf ("%" G_GINT64_FORMAT, purchase->amount);
  const UsherStripeCall call = { INTENTS, purchase->key, form, deadline };
  g_autoptr (UsherJson) answer = NULL;
  guint status = 0;

  usher_stripe_form_add (form, "amount", amount);
  usher_stripe_form_add (form, "currency", purchase->currency);
  usher_stripe_form_add (form, "payment_method", method_id);
  usher_stripe_form_add (form, "payment_method_types[0]", "card");
  usher_stripe_form_add_key (form, purchase->key);
  answer = usher_stripe_api_call (self->api, &call, &status, error);
  if (answer == NULL)
    return FALSE;

  if (status != 200)
    return decline (answer, charge);
  if (!is_as_asked (answer, purchase))
    {
      /* which nobody ever confirms */
      complain (answer, purchase);
      charge->outcome = USHER_CHARGE_DECLINED;
      charge->message = g_strdup (REFUSED);
      return TRUE;
    }

  charge->outcome = USHER_CHARGE_PENDING;

  return usher_stripe_read_id (answer, "id", &charge->id, error);
}

static gboolean
prepare (UsherCardProcessor *processor,
         const UsherPurchase *purchase,
         const char *token,
         UsherCharge *charge,
         GError **error)
{
  StripeProcessor *self = (StripeProcessor *) processor;
  gint64 deadline = get_deadline (self);
  g_auto (UsherCharge) method = { 0 };

  if (!make_method (self, purchase->key, token, deadline, &method, error))
    return FALSE;
  if (method.outcome == USHER_CHARGE_DECLINED)
    {
      charge->outcome = method.outcome;
      charge->message = g_steal_pointer (&method.message);
      return TRUE;
    }

  return make_intent (self, purchase, method.id, deadline, charge, error);
}

/* (nullable): @verb: NULL: looks at it */
static UsherJson *
act (StripeProcessor *self,
     const char *intent_id,
     const char *verb,
     UsherStripeCall *call,
     guint *status,
     GError **error)
{
  g_autofree char *path = verb != NULL ? g_strconcat (INTENTS "/", intent_id, "/", verb, NULL)
                                       : g_strconcat (INTENTS "/", intent_id, NULL);

  UsherJson *answer = NULL;

  call->path = path;
  answer = usher_stripe_api_call (self->api, call, status, error);
  if (answer == NULL || *status != 200 ||
      g_strcmp0 (usher_json_get_string (answer, "id"), intent_id) == 0)
    return answer;

  usher_json_unref (answer);
  usher_refuse (error,
                USHER_ERROR_UNAVAILABLE,
                "the card processor is away: its answer is not about “%s”",
                intent_id);

  return NULL;
}

static UsherJson *
retrieve (StripeProcessor *self, const char *intent_id, gint64 deadline, GError **error)
{
  UsherStripeCall call = { .deadline = deadline };
  guint status = 0;
  g_autoptr (UsherJson) intent = act (self, intent_id, NULL, &call, &status, error);

  if (intent == NULL || status == 200)
    return g_steal_pointer (&intent);

  usher_refuse (
      error,
      USHER_ERROR_UNAVAILABLE,
      "the card processor does not know “%s”: is [payments] stripe-key of another account?",
      intent_id);

  return NULL;
}

/* As long as it has a state that allows it, which its answer does not always tell. It needs no key: what is closed stays so, and
 * a key would repeat for a day what was true once. */
static UsherJson *
close_intent (StripeProcessor *self, const char *intent_id, gint64 deadline, GError **error)
{
  g_autoptr (GString) form = g_string_new ("cancellation_reason=abandoned");
  UsherStripeCall call = { .form = form, .deadline = deadline };
  guint status = 0;
  g_autoptr (UsherJson) intent = act (self, intent_id, "cancel", &call, &status, error);

  if (intent == NULL || status == 200)
    return g_steal_pointer (&intent);

  return retrieve (self, intent_id, deadline, error);
}

static gboolean
tell (UsherJson *intent, const UsherPurchase *purchase, UsherCharge *charge, GError **error)
{
  IntentState state = read_state (intent);

  if (state == INTENT_CLOSED)
    {
      charge->outcome = USHER_CHARGE_DECLINED;
      charge->message = g_strdup (USHER_CHARGE_TOO_LONG);
      return TRUE;
    }

  charge->outcome = state == INTENT_PAID ? USHER_CHARGE_PAID : USHER_CHARGE_PENDING;
  if (!is_as_asked (intent, purchase))
    {
      complain (intent, purchase);
      if (state == INTENT_PAID)
        {
          charge->outcome = USHER_CHARGE_WRONG;
          charge->message = g_strdup (WRONG);
        }
    }
  if (state == INTENT_WAITING)
    charge->secret = g_strdup (usher_json_get_string (intent, "client_secret"));

  return usher_stripe_read_id (intent, "id", &charge->id, error);
}

static gboolean
settle_by (StripeProcessor *self,
           const UsherPurchase *purchase,
           UsherSettling how,
           gint64 deadline,
           UsherCharge *charge,
           GError **error)
{
  g_autoptr (UsherJson) intent = NULL;
  IntentState state = INTENT_CLOSED;
  gboolean closes = FALSE;

  /* no money is taken of what has no id */
  if (purchase->intent_id == NULL)
    {
      charge->outcome = USHER_CHARGE_DECLINED;
      charge->message = g_strdup (USHER_CHARGE_TOO_LONG);
      return TRUE;
    }

  intent = retrieve (self, purchase->intent_id, deadline, error);
  if (intent == NULL)
    return FALSE;

  state = read_state (intent);
  closes = how == USHER_SETTLE_CLOSE || !is_as_asked (intent, purchase);
  if (((closes || how == USHER_SETTLE_WAIT) && state == INTENT_IDLE) ||
      (closes && state == INTENT_WAITING))
    {
      usher_json_unref (intent);
      intent = close_intent (self, purchase->intent_id, deadline, error);
    }

  return intent != NULL && tell (intent, purchase, charge, error);
}

static gboolean
settle (UsherCardProcessor *processor,
        const UsherPurchase *purchase,
        UsherSettling how,
        UsherCharge *charge,
        GError **error)
{
  StripeProcessor *self = (StripeProcessor *) processor;

  return settle_by (self, purchase, how, get_deadline (self), charge, error);
}

/* What is not paid, and does not go on, is closed, so that nobody can confirm it later. */
static gboolean
confirm (UsherCardProcessor *processor,
         const UsherPurchase *purchase,
         const char *token,
         UsherCharge *charge,
         GError **error)
{
  StripeProcessor *self = (StripeProcessor *) processor;
  g_autoptr (GString) form = g_string_new ("use_stripe_sdk=true");
  g_autofree char *key = g_strconcat (purchase->key, ":confirm", NULL);
  UsherStripeCall call = { .key = key, .form = form, .deadline = get_deadline (self) };
  guint status = 0;
  g_autoptr (UsherJson) answer = act (self, purchase->intent_id, "confirm", &call, &status, error);
  g_auto (UsherCharge) declined = { 0 };

  if (answer == NULL)
    return FALSE;
  /* one that is about something else is looked at once more, and closed if it can be */
  if (status == 200 && read_state (answer) != INTENT_IDLE && is_as_asked (answer, purchase))
    return tell (answer, purchase, charge, error);
  if (status == 402)
    decline (answer, &declined);

  if (!settle_by (self, purchase, USHER_SETTLE_CLOSE, call.deadline, charge, error))
    return FALSE;
  if (charge->outcome == USHER_CHARGE_DECLINED && declined.message != NULL)
    {
      g_free (charge->message);
      charge->message = g_steal_pointer (&declined.message);
    }

  return TRUE;
}

static gboolean
give_back (UsherCardProcessor *processor,
           const char *key,
           const char *charge_id,
           UsherCharge *refund,
           GError **error)
{
  StripeProcessor *self = (StripeProcessor *) processor;
  const UsherStripeRefund asked = { key, charge_id, get_deadline (self) };

  return usher_stripe_refund_make (&asked, self->api, refund, error);
}

static void
stripe_processor_clear (gpointer data)
{
  StripeProcessor *self = data;

  g_clear_pointer (&self->api, usher_stripe_api_free);
}

UsherCardProcessor *
usher_stripe_processor_new (const char *uri, UsherSecret *key, gint64 patience, GError **error)
{
  StripeProcessor *self = g_atomic_rc_box_new0 (StripeProcessor);
  g_autoptr (UsherCardProcessor) processor = &self->parent;

  processor->prepare = prepare;
  processor->charge = confirm;
  processor->settle = settle;
  processor->refund = give_back;
  processor->clear = stripe_processor_clear;
  self->patience = patience;
  self->api = usher_stripe_api_new (uri, key, error);

  return self->api != NULL ? g_steal_pointer (&processor) : NULL;
}
