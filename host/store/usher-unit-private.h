/* usher-unit-private.h: what a unit holds, for the host and its stores
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-store.h"
#include "usher-timer.h"
#include "usher-unit.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_CHANGE_INSERT,
  USHER_CHANGE_REPLACE,
  USHER_CHANGE_REMOVE,
} UsherChangeKind;

typedef struct
{
  UsherChangeKind kind;
  UsherDocument *document; /* (owned): as it shall be; for REMOVE as it was read */
  gint64 expected_version; /* REPLACE and REMOVE */
} UsherChange;

typedef struct
{
  char *name;   /* (owned) */
  char *key;    /* (owned) */
  gboolean set; /* else unset */
  gint64 due;
  char *payload; /* (owned) (nullable) */
  guint attempt;
} UsherTimerChange;

struct _UsherUnit
{
  GObject parent_instance;

  UsherStore *store; /* (owned) */
  UsherClock *clock; /* (owned) */
  gint64 time;
  GArray *changes;   /* (owned) (nullable) (element-type UsherChange) */
  GPtrArray *events; /* (owned) (nullable) (element-type UsherEvent) */
  GArray *timers;    /* (owned) (nullable) (element-type UsherTimerChange) */

  /* set by the host before the handler runs */
  char *event_id;   /* (owned) (nullable): with @subscriber the inbox key */
  char *subscriber; /* (owned) (nullable) */
  UsherTimer *
      fired; /* (owned) (nullable): the timer this unit is for; the commit removes it at its generation,
                         unless the unit sets it anew */
  char *correlation; /* (owned) (nullable) */
  char *causation;   /* (owned) (nullable) */
  char *traceparent; /* (owned) (nullable) */
  gboolean has_waited;

  /* the idempotency key of the request, kept with the first document that the unit writes */
  char *request_key;   /* (owned) (nullable): user id, a colon, the client's key */
  char *request_hash;  /* (owned) (nullable): of method, path and body */
  char *request_owner; /* (owned) (nullable): which process runs it */
  guint answer_status; /* 0: not answered yet, a step follows */
  char *answer_body;   /* (owned) (nullable) */

  /* said by the handler */
  char *wait_collection; /* (owned) (nullable) */
  char *wait_id;         /* (owned) (nullable) */
  gint64 wait;
  UsherStepFunc next;
  gpointer next_data;
  GDestroyNotify next_destroy;

  /* set by the store in the commit */
  gint64
      outbox_last; /* the outbox number of the last of @events; the others stand right before it */
  gboolean
      was_applied; /* the inbox had the event, or the timer had fired: nothing was changed, which is success */
};

/* (nullable): what the unit does to a document */
UsherChange *usher_unit_find_change (UsherUnit *self, const char *collection, const char *id);
USHER_API
UsherUnit *usher_unit_new (UsherStore *store, UsherClock *clock);
USHER_API
void usher_unit_reset (
    UsherUnit *self); /* drops what the handler did, for another run; keeps what the host set */
/* nothing to commit: no change, event, timer, fired timer, inbox key */
USHER_API
gboolean usher_unit_is_empty (UsherUnit *self);
/* number of different documents that the unit writes */
USHER_API
guint usher_unit_count_documents (UsherUnit *self);

G_END_DECLS
