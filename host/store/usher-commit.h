/* usher-commit.h: what a store is to write as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-document.h"
#include "usher-event.h"
#include "usher-mark.h"
#include "usher-request-record.h"
#include "usher-timer.h"

G_BEGIN_DECLS

/**
 * UsherChangeKind:
 * @USHER_CHANGE_INSERT: it is new
 * @USHER_CHANGE_REPLACE: it takes the place of the version that was read
 * @USHER_CHANGE_REMOVE: it goes
 * @USHER_CHANGE_UPGRADE: as a replacement, but the version stays
 *
 * What is done to a document.
 */
typedef enum
{
  USHER_CHANGE_INSERT,
  USHER_CHANGE_REPLACE,
  USHER_CHANGE_REMOVE,
  USHER_CHANGE_UPGRADE,
} UsherChangeKind;

/**
 * UsherChange:
 * @kind: what is done
 * @document: as it shall be; for a removal as it was read
 * @expected_version: which version must be stored, for a replacement, a removal and an upgrade
 * @expected_level: which level must be stored, for a replacement and an upgrade
 *
 * What a commit does to one document.
 */
typedef struct
{
  UsherChangeKind kind;
  UsherDocument *document;
  gint64 expected_version;
  guint expected_level;
} UsherChange;

/**
 * UsherTimerChange:
 * @name: which handler
 * @key: for what
 * @set: whether the timer is set, else it is dropped
 * @due: wall time in microseconds
 * @payload: (nullable): JSON for the handler
 * @attempt: how often its handler has failed
 * @history: (nullable): what went wrong with it, `NULL`: nothing did
 * @origin: (nullable): what it goes back to
 *
 * What a commit does to one timer. They are done in their order: the last one to a timer counts.
 */
typedef struct
{
  char *name;
  char *key;
  gboolean set;
  gint64 due;
  char *payload;
  guint attempt;
  UsherTimerHistory *history;
  UsherOrigin *origin;
} UsherTimerChange;

#define USHER_TYPE_COMMIT (usher_commit_get_type ())

typedef struct _UsherCommit UsherCommit;

USHER_API
GType usher_commit_get_type (void);
USHER_API
UsherCommit *usher_commit_new (gint64 time);
USHER_API
UsherCommit *usher_commit_ref (UsherCommit *self);
USHER_API
void usher_commit_unref (UsherCommit *self);

/* who fills it */
USHER_API
gboolean usher_commit_insert (UsherCommit *self, UsherDocument *document, GError **error);
USHER_API
gboolean usher_commit_replace (UsherCommit *self, UsherDocument *document, GError **error);
USHER_API
gboolean usher_commit_remove (UsherCommit *self, UsherDocument *document, GError **error);
USHER_API
gboolean
usher_commit_upgrade (UsherCommit *self, UsherDocument *document, guint level, GError **error);
USHER_API
void usher_commit_publish (UsherCommit *self, UsherEvent *event);
USHER_API
void usher_commit_schedule (UsherCommit *self,
                            const char *name,
                            const char *key,
                            gint64 due,
                            const char *payload,
                            guint attempt);
USHER_API
void usher_commit_set_origin (UsherCommit *self, const UsherOrigin *origin);
USHER_API
void usher_commit_unschedule (UsherCommit *self, const char *name, const char *key);
USHER_API
void usher_commit_set_inbox (UsherCommit *self, const char *event_id, const char *subscriber);
USHER_API
void usher_commit_set_fired (UsherCommit *self, UsherTimer *timer);
USHER_API
void usher_commit_set_anew (UsherCommit *self,
                            UsherTimer *timer,
                            gint64 due,
                            guint attempt,
                            const UsherTimerHistory *history);
USHER_API
void usher_commit_take_request (UsherCommit *self, UsherRequestRecord *record);
USHER_API
void usher_commit_take_answer (UsherCommit *self, guint status, char *body);

/* who writes it */
USHER_API
gint64 usher_commit_get_time (UsherCommit *self);
USHER_API
gboolean usher_commit_is_empty (UsherCommit *self);
USHER_API
guint usher_commit_get_n_changes (UsherCommit *self);
USHER_API
const UsherChange *usher_commit_get_change (UsherCommit *self, guint index);
USHER_API
const UsherChange *
usher_commit_find_change (UsherCommit *self, const char *collection, const char *id);
USHER_API
guint usher_commit_get_n_events (UsherCommit *self);
USHER_API
UsherEvent *usher_commit_get_event (UsherCommit *self, guint index);
USHER_API
guint usher_commit_get_n_timers (UsherCommit *self);
USHER_API
const UsherTimerChange *usher_commit_get_timer (UsherCommit *self, guint index);
USHER_API
const char *usher_commit_get_event_id (UsherCommit *self);
USHER_API
const char *usher_commit_get_subscriber (UsherCommit *self);
USHER_API
UsherTimer *usher_commit_get_fired (UsherCommit *self);
USHER_API
const UsherRequestRecord *usher_commit_get_request (UsherCommit *self);

/* what became of it */
USHER_API
void usher_commit_set_applied (UsherCommit *self, gboolean was_applied);
USHER_API
gboolean usher_commit_was_applied (UsherCommit *self);
USHER_API
void usher_commit_set_taken (UsherCommit *self, UsherDocument *document, const char *const *fields);
USHER_API
const char *usher_commit_get_taken_field (UsherCommit *self);
USHER_API
char *usher_commit_dup_taken_message (UsherCommit *self);
USHER_API
char *usher_commit_dup_taken_values (UsherCommit *self);
USHER_API
void usher_commit_set_before (UsherCommit *self, const UsherMark *mark);
USHER_API
const UsherMark *usher_commit_get_before (UsherCommit *self);
USHER_API
void usher_commit_set_mark (UsherCommit *self, guint index, const UsherMark *mark);
USHER_API
const UsherMark *usher_commit_get_mark (UsherCommit *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherCommit, usher_commit_unref)

G_END_DECLS
