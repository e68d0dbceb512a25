/* usher-hub-log-private.h: what is published, what of it is taken, and when it is durable
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-figures-private.h"
#include "usher-bus.h"
#include "usher-clock-watch-private.h"
#include "usher-frame-private.h"
#include "usher-hub-channel-private.h"
#include "usher-journal-thread-private.h"
#include "usher-recent-ids-private.h"

G_BEGIN_DECLS

/* Channels, which events are known, and the batches on their way to the disk. It knows nothing of groups or sockets: what
 * becomes of a batch it tells by functions. One thread, but for that of the journal, which is its own. */
typedef struct _UsherHubLog UsherHubLog;

/* how many late events are known by their id, so that a second publishing is told */
#define USHER_HUB_KNOWN_EVENTS 262144
/* of how many commits the time is known */
#define USHER_HUB_COMMIT_TIMES 1024

typedef struct
{
  /* a frame is durable now; valid until this returns */
  void (*on_frame) (UsherHubChannel *channel, const UsherJournalFrame *frame, gpointer user_data);
  /* The batch that was submitted is in the log. With @error nothing of it is, nor are the events that have come since;
   * what else it had is tried again. */
  void (*on_written) (const GError *error, gpointer user_data);
} UsherHubLogFuncs;

/* its own files alone look in here */
struct _UsherHubLog
{
  UsherClock *clock; /* (owned) */
  UsherClockWatch watch;
  UsherHubLimits limits; /* but those below */
  GHashTable *
      lasting; /* (owned) (element-type utf8 UsherHubLimits): of channels that have limits of their own */
  UsherJournal *journal;      /* (owned) */
  UsherLineage *lineage;      /* (owned) */
  UsherJournalThread *thread; /* (owned) */
  UsherHubLogFuncs funcs;
  gpointer user_data;
  GHashTable *channels;       /* (owned): name → UsherHubChannel */
  UsherRecentIds *known;      /* (owned) */
  UsherJournalBatch *next;    /* (owned): gathers while another one is written */
  UsherJournalBatch *written; /* (unowned) (nullable): at the journal */
  gsize n_gathered;           /* bytes of events in @next */
  gboolean is_failing;        /* the last commit failed: with a pause before the next */
  gint64 retry_at;
  gint64 last_write;
  gint64 next_expiry; /* of the limit of age */
  guint64 in_events, in_bytes;
  guint64 n_before;     /* events that had come in before the start */
  guint64 n_durable;    /* events since the start */
  guint64 n_duplicates; /* that were published again */
  guint64 n_commits;
  guint32 commit_times[USHER_HUB_COMMIT_TIMES]; /* microseconds, the last ones */
};

/* opens it; @wake: of the thread that is to call usher_hub_log_take_written() */
UsherHubLog *usher_hub_log_new (const char *directory,
                                UsherClock *clock,
                                const UsherHubLimits *limits,
                                UsherWake *wake,
                                GError **error);
/* what was submitted is written before */
void usher_hub_log_free (UsherHubLog *self);
/* before anything is submitted */
void usher_hub_log_set_funcs (UsherHubLog *self, const UsherHubLogFuncs *funcs, gpointer user_data);
gboolean usher_hub_log_foreach_group (UsherHubLog *self,
                                      UsherJournalGroupFunc func,
                                      gpointer user_data,
                                      GError **error);

/* (transfer none) */
const UsherHubLimits *usher_hub_log_get_limits (UsherHubLog *self, const UsherHubChannel *channel);

/* channels: one that is there stays until the end */
UsherHubChannel *usher_hub_log_get_channel (UsherHubLog *self, const char *name);
/* whether there is such a channel, or may be: FULL: there are too many */
gboolean usher_hub_log_check_channel (UsherHubLog *self, const char *name, GError **error);
/* (nullable): only one that is there already */
UsherHubChannel *usher_hub_log_find_channel (UsherHubLog *self, const char *name);
/* (transfer container) (element-type UsherHubChannel): by name */
GPtrArray *usher_hub_log_list_channels (UsherHubLog *self);
/* the first sequence that came at @time or later; 0 when there is none */
guint64 usher_hub_log_find_time (UsherHubLog *self, const UsherHubChannel *channel, gint64 time);
/* events since the start */
guint64 usher_hub_log_get_n_durable (UsherHubLog *self);

/* which log it is, and how far it has come */
void usher_hub_log_get_reach (UsherHubLog *self, UsherReach *reach);
/* whether it has all that it had when it had come as far as @known; CONFLICT tells both */
gboolean usher_hub_log_check (UsherHubLog *self, const UsherReach *known, GError **error);

/* Takes well-formed events in, but for those that are known already. Returns how many of them were looked at: with the next one
 * the channel would be too full. */
guint usher_hub_log_append (UsherHubLog *self,
                            UsherHubChannel *channel,
                            UsherFrameReader *reader,
                            guint count);

/* what else the next commit has */
/* @state: (nullable): NULL: the group is forgotten */
void usher_hub_log_set_group (UsherHubLog *self,
                              const UsherHubChannel *channel,
                              const char *group,
                              GBytes *state);
/* takes ownership of @parked, and names it */
void usher_hub_log_park (UsherHubLog *self, UsherParked *parked);
void usher_hub_log_unpark (UsherHubLog *self, const char *id);
/* drops what the limit of age has passed */
void usher_hub_log_drop_old (UsherHubLog *self, gint64 now);

/* too much waits for the disk already: nothing is to be appended */
gboolean usher_hub_log_is_behind (UsherHubLog *self);

/* commits */
/* the last one failed, and none has succeeded since */
gboolean usher_hub_log_is_failing (UsherHubLog *self);
/* when it may be tried again; G_MAXINT64: it does not fail */
gint64 usher_hub_log_get_retry (UsherHubLog *self);
/* nothing is gathered that can be written, and nothing is being written */
gboolean usher_hub_log_is_quiet (UsherHubLog *self);
/* events were gathered, or what else does not wait */
gboolean usher_hub_log_is_urgent (UsherHubLog *self);
/* the journal is free */
gboolean usher_hub_log_may_submit (UsherHubLog *self, gint64 now);
/* long enough after the last one for what can wait */
gboolean usher_hub_log_is_overdue (UsherHubLog *self, gint64 now);
/* gives what has gathered to the journal, which is free; FALSE: nothing has */
gboolean usher_hub_log_submit (UsherHubLog *self, gint64 now);
/* tells what has become of it, if the journal is done */
void usher_hub_log_take_written (UsherHubLog *self, gint64 now);

/* for whoever looks on */
void usher_hub_log_add_figures (UsherHubLog *self, UsherBusFigures *figures);
/* no group is moved */
UsherBusEvents *
usher_hub_log_read_events (UsherHubLog *self, const UsherEventsQuery *query, GError **error);
/* (element-type UsherParkedEvent): a page, without the events themselves; an empty one is the end */
GPtrArray *usher_hub_log_list_parked (UsherHubLog *self,
                                      const char *channel,
                                      guint offset,
                                      guint limit,
                                      GError **error);
/* (transfer full): with its event */
UsherParkedEvent *usher_hub_log_describe_parked (UsherHubLog *self, const char *id, GError **error);
/* (element-type UsherParked): those of a group that waited for too long, oldest first */
GPtrArray *
usher_hub_log_list_deferred (UsherHubLog *self, const UsherHubChannel *channel, const char *group);
/* (transfer full): NOT_FOUND for one that is about to be forgotten, too */
UsherParked *usher_hub_log_find_parked (UsherHubLog *self, const char *id, GError **error);
/* (element-type utf8 gsize): "channel\ngroup" → how many are parked */
GHashTable *usher_hub_log_count_parked (UsherHubLog *self, GError **error);
/* what is being parked of a group, and is in no listing yet */
guint usher_hub_log_count_parking (UsherHubLog *self, const char *channel, const char *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherHubLog, usher_hub_log_free)

G_END_DECLS
