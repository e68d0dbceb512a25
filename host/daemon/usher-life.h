/* usher-life.h: what each command that runs on does, from its settings to its exit status
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin.h"
#include "usher-backups.h"
#include "usher-setup.h"

G_BEGIN_DECLS

typedef struct _UsherLife UsherLife;

/* nobody looks any more whether it is ready */
#define USHER_LIFE_NEVER (-1)

/* In what the commands differ. All is called on the main thread, in this order. */
typedef struct
{
  /* its host is one on nothing */
  gboolean has_no_data;
  /* (transfer full): the host and what is wrong with it, which ends the command */
  UsherSetup *(*set_up) (UsherLife *life, const UsherOptions *options);
  /* begins to serve; an error ends the command without a stop */
  gboolean (*start) (UsherLife *life, GError **error);
  /* 0: it is ready; else the milliseconds until the next look, or USHER_LIFE_NEVER; @n_looks: that were before */
  int (*look) (UsherLife *life, guint n_looks);
  /* it is ready: prints the lines that scripts read; an error stops it */
  gboolean (*announce) (UsherLife *life, GError **error);
  /* (transfer full): how it is, for the service manager */
  char *(*describe) (UsherLife *life);
  /* (nullable): the settings were read again */
  void (*hang_up) (UsherLife *life);
  /* in order, within @timeout microseconds for each thing that is to finish */
  gboolean (*stop) (UsherLife *life, gint64 timeout, GError **error);
  /* frees what is the command's own, and the host, which uses some of that */
  void (*clear) (UsherLife *life);
} UsherLifeKind;

/* A command's life, which its own struct begins with. */
struct _UsherLife
{
  const UsherLifeKind *kind;
  UsherSetup *setup;     /* (owned) (nullable) */
  UsherBackups *backups; /* (owned) (nullable): where there are data */
  UsherAdmin *admin;     /* (owned) (nullable): of the setup's host */
  GMainLoop *loop;       /* (owned) */
  guint n_looks;
  gboolean is_ready;  /* and that was said */
  char *told_trouble; /* (owned) (nullable): what the service manager was told last */
  gboolean is_stopping;
  gboolean has_failed; /* after the start */
};

/* the exit status */
int usher_life_run (UsherLife *self, const UsherLifeKind *kind, const UsherOptions *options);
/* ends it, in order, with exit status 1 */
void usher_life_fail (UsherLife *self, const char *reason);

/* the admin listener and the probe where the options have them, and the public listener at @listen (nullable) */
gboolean usher_life_listen (UsherLife *self, const char *listen, GError **error);
/* a look whether the host is ready, and a word when it takes long: one for UsherLifeKind */
int usher_life_look_at_host (UsherLife *self, guint n_looks);
/* “listening on …” and “admin on …” */
void usher_life_print_addresses (UsherLife *self, const char *uri);

G_END_DECLS
