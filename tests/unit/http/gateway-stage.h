/* gateway-stage.h: a gateway with hosts before it that a test makes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "http-peer.h"
#include "http-stream.h"
#include "usher-gateway.h"

/* What a test of the gateway stands on. The data of a test is a list of assignments, NULL at its end. */
typedef struct
{
  char *directory; /* (owned) */
  UsherClock *clock;
  UsherSettings *settings;
  UsherGateway *gateway; /* (owned) (nullable) */
  GPtrArray *copies;     /* (owned) (element-type GatewayCopy) */
} GatewayStage;

/* A host in this process. Routes: GET /SERVICE (its name), POST /SERVICE/echo, GET /SERVICE/headers (what it was
 * sent), GET /SERVICE/status/:status, GET /SERVICE/later (into @later), GET
 * /SERVICE/stream (into @streams). */
typedef struct
{
  GatewayStage *stage;
  char *name;    /* (owned) */
  char *service; /* (owned) */
  char *listen;  /* (owned) */
  UsherRouter *router;
  UsherFront *front;  /* (owned) (nullable) */
  GAsyncQueue *later; /* (owned) (element-type UsherExchange) */
  HttpStreams streams;
  int n_requests; /* (atomic) */
} GatewayCopy;

/* Something that takes connections, reads one request of each, says @answer (nullable) and closes. */
typedef struct
{
  GSocket *socket; /* (owned) */
  char *answer;    /* (owned) (nullable) */
  gboolean holds;  /* it keeps the connection */
  GMutex mutex;
  GPtrArray
      *sockets; /* (owned) (element-type GSocket): of all callers; @mutex: whether they are open */
  GPtrArray *threads; /* (owned) (element-type GThread) */
  GThread *thread;
  int n_requests; /* (atomic) */
  int stopping;   /* (atomic) */
  char *uri;      /* (owned) */
} GatewayImpostor;

void gateway_stage_set_up (GatewayStage *self, gconstpointer data);
void gateway_stage_tear_down (GatewayStage *self, gconstpointer data);

/* @settings: (nullable): assignments, NULL at the end */
void gateway_stage_add_test (const char *path,
                             const char *const *settings,
                             void (*func) (GatewayStage *stage, gconstpointer data));

/* listens and is registered; the gateway knows it when this returns */
GatewayCopy *gateway_stage_add (GatewayStage *self, const char *name, const char *service);
/* the same on TCP */
GatewayCopy *gateway_stage_add_tcp (GatewayStage *self, const char *name, const char *service);
void gateway_stage_register (GatewayStage *self,
                             const char *name,
                             const char *service,
                             const char *listen);
void gateway_stage_unregister (GatewayStage *self, const char *name);
/* as a process that is killed: it takes no connections, and its file is left */
void gateway_stage_kill (GatewayCopy *copy);
/* until the gateway says so of a copy; @state: NULL: it is not listed */
void gateway_stage_await_state (GatewayStage *self, const char *name, const char *state);

GatewayImpostor *gateway_stage_add_impostor (GatewayStage *self,
                                             const char *name,
                                             const char *service,
                                             const char *answer,
                                             gboolean holds);
void gateway_impostor_free (GatewayImpostor *impostor);

/* (transfer full): a client that has asked @service for what its @copy answers later; @exchange: (out) (transfer full) */
GSocket *gateway_stage_ask_later (GatewayStage *self, GatewayCopy *copy, UsherExchange **exchange);
Answer *gateway_stage_ask (GatewayStage *self, const char *text);
/* one request, and what its answer must be; @body: (nullable): any */
void gateway_stage_expect (GatewayStage *self, const char *text, guint status, const char *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GatewayImpostor, gateway_impostor_free)
