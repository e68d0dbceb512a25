/* usher-revocation-file-private.h: whose sessions are over before their time, on disk
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-clock.h"
#include "usher-reach.h"
#include "usher-revocation-private.h"

G_BEGIN_DECLS

/* A file that all hosts of a data directory share. Each takes all events, and writes what no other has written yet, so what it
 * says of a channel up to its position is whole. */
typedef struct _UsherRevocationFile UsherRevocationFile;

/* an event that was taken */
typedef struct
{
  char *channel; /* (owned) */
  char log[USHER_REACH_LOG_SIZE];
  guint64 sequence;
  gboolean anew; /* the channel counts from here, whatever was said before: it is another log's */
  char *id;      /* (owned) (nullable) */
  UsherRevocation revocation; /* of @id */
} UsherRevocationEntry;

/* @path: made with the first that is written */
UsherRevocationFile *
usher_revocation_file_new (const char *path, UsherClock *clock, GError **error);
void usher_revocation_file_free (UsherRevocationFile *self);
/* how an error calls it */
const char *usher_revocation_file_get_name (UsherRevocationFile *self);

typedef void (*UsherRevocationFunc) (const UsherRevocation *revocation, gpointer user_data);
/* @position: (out): the last sequence of the channel that is in here; 0: none. What is read after a position has all up to it. */
gboolean usher_revocation_file_get_position (UsherRevocationFile *self,
                                             const char *channel,
                                             guint64 *position,
                                             GError **error);
/* @log: (out): the log that the position is of, empty when none is known */
gboolean usher_revocation_file_get_log (UsherRevocationFile *self,
                                        const char *channel,
                                        char log[USHER_REACH_LOG_SIZE],
                                        GError **error);
/* (transfer full) (nullable) (element-type UsherEnding): the ends of single sessions */
GArray *usher_revocation_file_read_endings (UsherRevocationFile *self, GError **error);
/* all others */
gboolean usher_revocation_file_foreach (UsherRevocationFile *self,
                                        UsherRevocationFunc func,
                                        gpointer user_data,
                                        GError **error);

/* @entries: (element-type UsherRevocationEntry): all of them, or none */
gboolean
usher_revocation_file_write (UsherRevocationFile *self, const GPtrArray *entries, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRevocationFile, usher_revocation_file_free)

G_END_DECLS
