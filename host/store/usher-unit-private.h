/* usher-unit-private.h: what a unit holds, for its two halves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-store.h"
#include "usher-unit.h"

G_BEGIN_DECLS

struct _UsherUnit
{
  GObject parent_instance;

  UsherStore *store;   /* (owned) */
  UsherClock *clock;   /* (owned) */
  UsherCommit *commit; /* (owned): what the handler has said */

  /* set by the host before the handler runs */
  GHashTable *timers; /* (owned) (nullable): the names of those that are declared, NULL: any */
  GHashTable *events; /* (unowned) (nullable): what is declared of a channel, by its name */
  UsherOrigin origin; /* of what it publishes and schedules */
  gboolean has_waited;
  gboolean may_not_defer;  /* whoever asked wants an answer */
  gboolean may_not_read;   /* it would keep a thread waiting */
  gboolean has_read;       /* the store, or wanted to */
  gboolean has_lost_store; /* a read found it away */

  /* said by the handler */
  GPtrArray *payloads;    /* (owned) (nullable) (element-type UsherPayload): not published yet */
  char *wait_collection;  /* (owned) (nullable) */
  char *wait_id;          /* (owned) (nullable) */
  UsherQuery *wait_query; /* (owned) (nullable): it waits for what fulfils that, and no id */
  gint64 wait;
  UsherStepFunc next;  /* (nullable) */
  gboolean next_looks; /* it does nothing but hold the answer */
  gpointer next_data;
  GDestroyNotify next_destroy;
};

G_END_DECLS
