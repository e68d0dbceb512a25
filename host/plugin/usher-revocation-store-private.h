/* usher-revocation-store-private.h: whose sessions are over before their time, on disk
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-ending-blocks-private.h"
#include "usher-reach.h"
#include "usher-revocation-private.h"

G_BEGIN_DECLS

/* A file that all hosts of a data directory share. Each takes all events, and writes what no other has written yet, so what it
 * says of a channel up to its position is whole. */
typedef struct _UsherRevocationStore UsherRevocationStore;

/* @path: made when it is missing */
UsherRevocationStore *
usher_revocation_store_new (const char *path, UsherClock *clock, GError **error);
/* after all that was taken is written, or was tried to be */
void usher_revocation_store_free (UsherRevocationStore *self);

typedef void (*UsherRevocationFunc) (const UsherRevocation *revocation, gpointer user_data);
/* Before the first was taken. @position: (out): the last sequence of the channel that is in here; 0: none. What is read after a position
 * has all up to it. */
gboolean usher_revocation_store_get_position (UsherRevocationStore *self,
                                              const char *channel,
                                              guint64 *position,
                                              GError **error);
/* @log: (out): the log that the position is of, empty when none is known */
gboolean usher_revocation_store_get_log (UsherRevocationStore *self,
                                         const char *channel,
                                         char log[USHER_REACH_LOG_SIZE],
                                         GError **error);
/* (transfer full) (nullable) (element-type UsherEnding): the ends of single sessions */
GArray *usher_revocation_store_read_endings (UsherRevocationStore *self, GError **error);
/* all others */
gboolean usher_revocation_store_foreach (UsherRevocationStore *self,
                                         UsherRevocationFunc func,
                                         gpointer user_data,
                                         GError **error);

/* Takes what the event @sequence of a channel told, and writes it soon; never blocks. @anew: the channel counts from here, whatever was said
 * before: it is another log's. One thread at a time. */
void usher_revocation_store_take (UsherRevocationStore *self,
                                  const char *channel,
                                  const char *log,
                                  guint64 sequence,
                                  gboolean anew,
                                  const UsherRevocation *revocation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRevocationStore, usher_revocation_store_free)

G_END_DECLS
