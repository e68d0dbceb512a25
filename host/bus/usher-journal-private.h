/* usher-journal-private.h: the hub's durable log, on SQLite
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-clock.h"
#include "usher-lineage-private.h"

G_BEGIN_DECLS

typedef struct _UsherJournal UsherJournal;

/* up to 64 events of one channel as they came */
typedef struct
{
  char *channel; /* (owned) */
  guint64 base;  /* the sequence of the first */
  guint count;
  gint64 time;   /* when the hub got it, microseconds */
  GBytes *bytes; /* (owned) */
} UsherJournalFrame;

/* An event that its group could not do. */
typedef struct
{
  char *id;      /* (owned) */
  char *channel; /* (owned) */
  char *group;   /* (owned) */
  guint64 sequence;
  gint64 time;
  guint attempts;
  gboolean deferred; /* it waited too long, nothing failed */
  char *reasons;     /* (owned): a JSON array of strings */
} UsherParked;

void usher_parked_free (UsherParked *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherParked, usher_parked_free)

/* The beginning of a channel that is dropped. */
typedef struct
{
  char *channel; /* (owned) */
  guint64 last;  /* the last sequence to go */
  guint64 bytes; /* that go with it */
} UsherExpired;

/* What is committed as one. */
typedef struct
{
  GPtrArray *frames; /* (owned) (element-type UsherJournalFrame) */
  GHashTable
      *groups; /* (owned) (element-type utf8 GBytes): "channel\ngroup" → state, NULL: forgotten */
  GPtrArray *parked;    /* (owned) (element-type UsherParked): to be kept */
  GHashTable *unparked; /* (owned) (element-type utf8): a set of ids to be forgotten */
  GPtrArray *expired;   /* (owned) (element-type UsherExpired) */
  UsherLineageRun run;  /* to be noted with the frames, which are the first of it */
  gint64 duration;      /* of the commit, microseconds */
} UsherJournalBatch;

UsherJournalBatch *usher_journal_batch_new (void);
void usher_journal_batch_free (UsherJournalBatch *self);
gboolean usher_journal_batch_is_empty (UsherJournalBatch *self);
void usher_journal_frame_free (UsherJournalFrame *self);

/* whether there is one to open */
gboolean usher_journal_exists (const char *directory);
/* errors name the path */
UsherJournal *usher_journal_new (const char *directory, GError **error);
void usher_journal_free (UsherJournal *self);

/* which log it is; before anything is committed */
UsherLineage *usher_journal_read_lineage (UsherJournal *self, GError **error);
/* as usher_lineage_adopt() */
gboolean usher_journal_adopt (UsherJournal *self, gint64 time, GError **error);

/* on the thread of the journal alone: all of it, flushed, or nothing */
gboolean usher_journal_commit (UsherJournal *self, UsherJournalBatch *batch, GError **error);

/* on the hub's thread, over a connection of its own */
typedef void (*UsherJournalChannelFunc) (const char *channel,
                                         guint64 first,
                                         guint64 last,
                                         guint64 n_events,
                                         guint64 n_bytes,
                                         gpointer user_data);
gboolean usher_journal_foreach_channel (UsherJournal *self,
                                        UsherJournalChannelFunc func,
                                        gpointer user_data,
                                        GError **error);
typedef void (*UsherJournalGroupFunc) (const char *channel,
                                       const char *group,
                                       gconstpointer state,
                                       gsize size,
                                       gpointer user_data);
gboolean usher_journal_foreach_group (UsherJournal *self,
                                      UsherJournalGroupFunc func,
                                      gpointer user_data,
                                      GError **error);
/* the frame that has @sequence, or the first after it; NULL without error when there is none */
UsherJournalFrame *
usher_journal_find (UsherJournal *self, const char *channel, guint64 sequence, GError **error);
/* the first sequence of a frame that came at @time or later; 0 when there is none */
guint64 usher_journal_find_time (UsherJournal *self, const char *channel, gint64 time);
/* the bytes of the frames up to @last */
guint64 usher_journal_measure (UsherJournal *self, const char *channel, guint64 last);
/* the frames of a channel from @base on, oldest first (element-type UsherJournalFrame) */
GPtrArray *
usher_journal_list_tail (UsherJournal *self, const char *channel, guint64 base, GError **error);
/* (element-type UsherParked): @channel and @group both NULL: all */
GPtrArray *usher_journal_list_parked (UsherJournal *self,
                                      const char *channel,
                                      const char *group,
                                      guint offset,
                                      guint limit,
                                      GError **error);
/* (element-type utf8 gsize): "channel\ngroup" → how many are parked */
GHashTable *usher_journal_count_parked (UsherJournal *self, GError **error);
/* the bytes of its files */
guint64 usher_journal_get_size (UsherJournal *self);
UsherParked *usher_journal_find_parked (UsherJournal *self, const char *id, GError **error);

G_END_DECLS
