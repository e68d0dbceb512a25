/* http-peer.h: a listener with a few routes, and clients that speak to it byte by byte
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-front.h"
#include "usher-test-base.h"

/* What a test of the front stands on. The data of a test is a list of assignments, NULL at its end. Routes: GET
 * /hello, POST /echo, GET /who (signed in), GET /address, GET /hop (its header X-Hop), POST /secret (signed in), GET /later (into
 * @later), POST /sign-in, POST
 * /sign-out. */
typedef struct
{
  char *directory; /* (owned) */
  char *key_file;  /* (owned) */
  UsherClock *clock;
  UsherSettings *settings;
  UsherSessions *sessions;
  UsherRouter *router;
  UsherFront *front;  /* (owned) (nullable) */
  GAsyncQueue *later; /* (owned) (element-type UsherExchange) */
  int n_idle;         /* (atomic) */
} Fixture;

/* One answer as it came. */
typedef struct
{
  guint status; /* 0: the connection was closed instead */
  char *head;   /* (owned): from the first header on, "\r\n" before each */
  char *body;   /* (owned) */
} Answer;

/* (transfer full): of the front, with @assignments (nullable), NULL at their end */
UsherSettings *http_peer_make_settings (const char *const *assignments);
void http_peer_set_up (Fixture *fixture, gconstpointer data);
/* the same routes on another listener */
gboolean http_peer_restart (Fixture *fixture, const char *listen, GError **error);
void http_peer_tear_down (Fixture *fixture, gconstpointer data);

GSocket *http_peer_make_socket (void);
void http_peer_connect_socket (Fixture *fixture, GSocket *socket);
GSocket *http_peer_connect (Fixture *fixture);
/* `http://ADDR:PORT` or `unix:PATH` */
GSocket *http_peer_connect_uri (const char *uri);
/* whether somebody listens there */
gboolean http_peer_can_connect (const char *uri);
void http_peer_send (GSocket *socket, const char *text);
void http_peer_send_bytes (GSocket *socket, const char *data, gsize length);
/* @has_body: FALSE for the answer of a HEAD */
Answer *http_peer_receive (GSocket *socket, gboolean has_body);
void http_peer_answer_free (Answer *answer);
/* the next answer; @body: (nullable): any */
void http_peer_assert_next (GSocket *socket, guint status, const char *body);
/* one request on a connection of its own */
Answer *http_peer_ask (Fixture *fixture, const char *text);
/* (transfer full): the next that waits in @later */
UsherExchange *http_peer_pop_later (Fixture *fixture);
/* with @text (transfer full), as JSON; takes the last reference */
void http_peer_finish_with (UsherExchange *exchange, char *text);
/* with @text, as JSON */
void http_peer_finish (UsherExchange *exchange, const char *text);
/* on a connection of its own, which the answer says will be closed, and which is */
void http_peer_assert_refused (Fixture *fixture, const char *text, guint status);
/* reads on; whether the end comes */
gboolean http_peer_is_closed (GSocket *socket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, http_peer_answer_free)
