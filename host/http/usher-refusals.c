/* usher-refusals.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-refusals-private.h"

#include "usher-tally-private.h"

static const struct
{
  const char *name;
  guint status;
  const char *message;
} table[] = {
  [USHER_REFUSAL_NONE] = { "none", 0, "" },
  [USHER_REFUSAL_MALFORMED] = { "malformed", 400, "The request is malformed" },
  [USHER_REFUSAL_ORIGIN] = { "origin", 403, "Requests from other sites are refused" },
  [USHER_REFUSAL_HEAD_TIMEOUT] = { "head-timeout", 408, "The request took too long" },
  [USHER_REFUSAL_BODY_TIMEOUT] = { "body-timeout", 408, "The request took too long" },
  [USHER_REFUSAL_BODY_SIZE] = { "body-size", 413, "Body too large" },
  [USHER_REFUSAL_TARGET_SIZE] = { "target-size", 414, "Address too long" },
  [USHER_REFUSAL_EXPECTATION] = { "expectation", 417, "Expect may only be 100-continue" },
  [USHER_REFUSAL_HOST] = { "host", 421, "This server is not meant" },
  [USHER_REFUSAL_RATE] = { "rate", 429, "Too many requests, try again later" },
  [USHER_REFUSAL_HEAD_SIZE] = { "head-size", 431, "Headers too large" },
  [USHER_REFUSAL_FIELDS] = { "fields", 431, "Too many headers" },
  [USHER_REFUSAL_METHOD] = { "method", 501, "No such method is known" },
  [USHER_REFUSAL_CODING] = { "coding", 501, "Transfer-Encoding may only be chunked" },
  [USHER_REFUSAL_CONNECTIONS] = { "connections", 503, "Too many connections, try again" },
  [USHER_REFUSAL_VERSION] = { "version", 505, "This version of HTTP is not spoken here" },
  [USHER_REFUSAL_PROXY] = { "proxy-protocol", 0, "no header of the PROXY protocol" },
  [USHER_REFUSAL_SLOW_READER] = { "slow-reader", 0, "it does not take its answer" },
  [USHER_REFUSAL_STUCK] = { "stuck", 0, "events without progress" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (table) == USHER_N_REFUSALS);

struct _UsherRefusals
{
  UsherTally *tally;                /* (owned) */
  gint64 said_at[USHER_N_REFUSALS]; /* (atomic): monotonic second */
  guint64 n_said[USHER_N_REFUSALS]; /* (atomic): how many there were when it was said */
};

UsherRefusals *
usher_refusals_new (void)
{
  UsherRefusals *self = g_new0 (UsherRefusals, 1);

  self->tally = usher_tally_new (USHER_N_REFUSALS);

  return self;
}

void
usher_refusals_free (UsherRefusals *self)
{
  usher_tally_free (self->tally);
  g_free (self);
}

guint
usher_refusal_get_status (UsherRefusal refusal)
{
  return table[refusal].status;
}

const char *
usher_refusal_get_message (UsherRefusal refusal)
{
  return table[refusal].message;
}

void
usher_refusals_count (UsherRefusals *self, UsherRefusal refusal, const char *address)
{
  usher_refusals_tell (self, refusal, address, table[refusal].message);
}

void
usher_refusals_tell (UsherRefusals *self,
                     UsherRefusal refusal,
                     const char *address,
                     const char *why)
{
  gint64 now = g_get_monotonic_time () / G_USEC_PER_SEC;
  gint64 said = __atomic_load_n (&self->said_at[refusal], __ATOMIC_RELAXED);
  guint64 n = 0;
  guint64 before = 0;

  usher_tally_add (self->tally, refusal, 1);
  if (said == now ||
      !__atomic_compare_exchange_n (
          &self->said_at[refusal], &said, now, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    return;

  n = usher_tally_sum (self->tally, refusal);
  before = __atomic_exchange_n (&self->n_said[refusal], n, __ATOMIC_RELAXED);
  g_message ("refused (%s) of “%s”: %s; %" G_GUINT64_FORMAT " since this was last said",
             table[refusal].name,
             address,
             why,
             n - before);
}

void
usher_refusals_add_metrics (UsherRefusals *self, const char *listener, UsherMetrics *metrics)
{
  for (guint i = USHER_REFUSAL_NONE + 1; i < USHER_N_REFUSALS; i++)
    {
      const char *const labels[] = { "listener", listener, "reason", table[i].name, NULL };

      usher_metrics_add (metrics,
                         "usher_http_refused_total",
                         labels,
                         (double) usher_tally_sum (self->tally, i));
    }
}
