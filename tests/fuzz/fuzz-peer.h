/* fuzz-peer.h: sockets of a target, and a front that answers with what it was asked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fuzz-reader.h"
#include "fuzz.h"
#include "usher-front.h"

G_BEGIN_DECLS

/* microseconds after which a peer hangs */
#define FUZZ_PATIENCE (10 * G_TIME_SPAN_SECOND)

/* (transfer full): `unix:PATH` in the target's directory */
char *fuzz_make_uri (const char *name);

/* a socket that is connected, or listens; not blocking */
int fuzz_connect (const char *uri);
int fuzz_listen (const char *uri);
/* what the other side does not take is lost: it may be gone */
void fuzz_send (int fd, const char *data, gsize length);
/* until the other side has read what was sent, or does not want to */
void fuzz_settle (int fd);
/* takes what there is; FALSE: it is the end */
gboolean fuzz_receive (int fd, GString *in);
/* all up to the end; @is_cut: (out): it was no orderly one */
GString *fuzz_receive_all (int fd, gboolean *is_cut);

/* settings with small limits */
UsherSettings *fuzz_settings_new (void);
/* routes of tests/data/http, of which some answer later or in pieces, under @prefix */
void fuzz_add_routes (UsherRouter *router, const char *prefix);
/* (transfer full): what they answer */
char *fuzz_describe (const char *method, const char *path, const char *body, gsize length);
/* What was answered is what was asked, in order, and under @prefix as the routes answer it. @is_cut: the last may be cut
 * off */
void fuzz_assert_answers (const GString *sent,
                          const GString *received,
                          const char *prefix,
                          gboolean is_cut);
/* one request of its own, and its answer */
void fuzz_assert_alive (const char *uri, const char *path);

G_END_DECLS
