/* usher-refusals-private.h: why a listener does not take what it was sent
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-metrics.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_REFUSAL_NONE,
  USHER_REFUSAL_MALFORMED,    /* 400 */
  USHER_REFUSAL_ORIGIN,       /* 403 */
  USHER_REFUSAL_HEAD_TIMEOUT, /* 408 */
  USHER_REFUSAL_BODY_TIMEOUT, /* 408 */
  USHER_REFUSAL_BODY_SIZE,    /* 413 */
  USHER_REFUSAL_TARGET_SIZE,  /* 414 */
  USHER_REFUSAL_EXPECTATION,  /* 417 */
  USHER_REFUSAL_HOST,         /* 421 */
  USHER_REFUSAL_RATE,         /* 429 */
  USHER_REFUSAL_HEAD_SIZE,    /* 431 */
  USHER_REFUSAL_FIELDS,       /* 431 */
  USHER_REFUSAL_METHOD,       /* 501 */
  USHER_REFUSAL_CODING,       /* 501 */
  USHER_REFUSAL_CONNECTIONS,  /* 503 */
  USHER_REFUSAL_VERSION,      /* 505 */
  USHER_REFUSAL_PROXY,        /* no answer: a connection without the header that a proxy owes */
  USHER_REFUSAL_SLOW_READER,  /* no answer: it does not take what it asked for */
  USHER_REFUSAL_STUCK,        /* no answer: a connection without progress */
  USHER_N_REFUSALS,
} UsherRefusal;

/* Counts them, and says each once a second at most; any thread. */
typedef struct _UsherRefusals UsherRefusals;

UsherRefusals *usher_refusals_new (void);
void usher_refusals_free (UsherRefusals *self);
/* @address: whose it was */
void usher_refusals_count (UsherRefusals *self, UsherRefusal refusal, const char *address);
/* @why: in place of the message */
void usher_refusals_tell (UsherRefusals *self,
                          UsherRefusal refusal,
                          const char *address,
                          const char *why);
void usher_refusals_add_metrics (UsherRefusals *self, const char *listener, UsherMetrics *metrics);

/* 0: the connection is closed without an answer */
guint usher_refusal_get_status (UsherRefusal refusal);
const char *usher_refusal_get_message (UsherRefusal refusal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRefusals, usher_refusals_free)

G_END_DECLS
