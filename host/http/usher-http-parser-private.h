/* usher-http-parser-private.h: requests and answers out of bytes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <llhttp.h>

#include "usher-refusals-private.h"

G_BEGIN_DECLS

/* What one head may be. */
typedef struct
{
  gsize max_head;   /* bytes, with the line of the request and the empty line */
  gsize max_target; /* bytes */
  guint max_fields;
  gsize max_added; /* bytes of fields that a proxy adds, which do not count: 0: they do */
} UsherHttpLimits;

/* One text in a head: not ended by a NUL while it is parsed. */
typedef struct
{
  char *text; /* (unowned): in the head */
  gsize length;
} UsherHttpText;

/* Takes one field of a head. */
typedef void (*UsherHttpFieldFunc) (const UsherHttpText *name,
                                    const UsherHttpText *value,
                                    gpointer user_data);

/* Reads one message after the other. llhttp parses; this keeps it to one head at a time, bounded, and refuses what it
 * lets pass. One thread. */
typedef struct
{
  llhttp_t parser;
  const UsherHttpLimits *limits; /* (unowned) */

  /* how far a head that is not whole was looked at */
  gsize n_looked;
  gsize line;
  guint n_lines;
  gsize n_added; /* bytes of fields that do not count */
  guint n_added_lines;

  UsherHttpText target; /* of the head that was parsed last */
  gboolean skips_body;  /* the answer of a HEAD has none, whatever its head says */
  gboolean is_chunked;
  gint64 length; /* of the body, as it was announced; -1: it comes in chunks */
  gboolean keeps_alive;
  gboolean is_over; /* the message has ended */
  GString *body;    /* (unowned) (nullable): takes the body, which is dropped without it */
  guint64 n_body;
  guint64 n_announced; /* with the chunk that is coming */
  guint64 n_framing;
  GString *trailers; /* (owned) (nullable): what came of them */

  /* while a head is parsed */
  UsherHttpText name;
  UsherHttpText value;
  UsherHttpFieldFunc field_func;
  gpointer field_data; /* (unowned) */
} UsherHttpParser;

void
usher_http_parser_init (UsherHttpParser *self, llhttp_type_t type, const UsherHttpLimits *limits);
/* Looks for the end of a head in what has come of it. Returns its length, 0 when it is not there yet, and -1 with
 * @refusal when it can be no good one any more. Bytes that were looked at are not looked at again. */
gssize usher_http_parser_find_head (UsherHttpParser *self,
                                    const char *data,
                                    gsize length,
                                    UsherRefusal *refusal);
/* Parses a whole head, whose texts stay where they are. FALSE with @refusal. */
gboolean usher_http_parser_read_head (UsherHttpParser *self,
                                      char *head,
                                      gsize length,
                                      UsherHttpFieldFunc func,
                                      gpointer user_data,
                                      UsherRefusal *refusal);
/* Takes what there is of the body. Returns how many bytes were the message's: less than @length only at its end; -1 when
 * they are malformed, or frame too little. */
gssize usher_http_parser_read_body (UsherHttpParser *self, const char *data, gsize length);
/* frees what a message that is not over has */
void usher_http_parser_clear (UsherHttpParser *self);

G_END_DECLS
