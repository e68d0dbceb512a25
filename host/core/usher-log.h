/* usher-log.h: structured log to standard error or the journal
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* What the calling thread works on. The writer adds it to every message that is logged from the thread
 * meanwhile, as fields USHER_SERVICE, USHER_REQUEST, USHER_EVENT, USHER_CHANNEL, USHER_CORRELATION, USHER_DOCUMENT. All nullable,
 * borrowed until usher_log_pop_scope(). */
typedef struct _UsherLogScope UsherLogScope;

struct _UsherLogScope
{
  const char *service;
  const char *request;
  const char *event;
  const char *channel;
  const char *correlation;
  const char *document;
  UsherLogScope *parent; /*< private >*/
};

USHER_API
void usher_log_push_scope (UsherLogScope *scope);
USHER_API
void usher_log_pop_scope (UsherLogScope *scope);

/* Makes the writer of GLib's structured log: the journal when standard error is connected to it
 * ($JOURNAL_STREAM), else lines on standard error `LEVEL domain: message (service=… request=…)`.
 * @level: the least severe level that is written: "error", "warning", "message", "info" or "debug".
 * Call once, early in main. */
USHER_API
gboolean usher_log_open (const char *level, GError **error);
USHER_API
gboolean usher_log_is_level (const char *level);
/* any time after that; INVALID: no such level, which stays as it is */
USHER_API
gboolean usher_log_set_level (const char *level, GError **error);

G_END_DECLS
