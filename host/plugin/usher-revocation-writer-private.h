/* usher-revocation-writer-private.h: writes behind what was told of sessions that are over
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-revocation-file-private.h"

G_BEGIN_DECLS

typedef struct _UsherRevocationWriter UsherRevocationWriter;

/* takes ownership of @file */
UsherRevocationWriter *usher_revocation_writer_new (UsherRevocationFile *file);
/* after all that was taken is written, or was tried to be */
void usher_revocation_writer_free (UsherRevocationWriter *self);

/* Takes what the event @sequence of a channel told, and writes it soon; never blocks. @anew: as in an entry of the file. One thread
 * at a time. */
void usher_revocation_writer_take (UsherRevocationWriter *self,
                                   const char *channel,
                                   const char *log,
                                   guint64 sequence,
                                   gboolean anew,
                                   const UsherRevocation *revocation);
/* whether the disk takes what comes; any thread */
gboolean usher_revocation_writer_is_well (UsherRevocationWriter *self);

G_END_DECLS
