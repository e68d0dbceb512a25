/* usher-mongo-load.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-load-private.h"

#include "usher-mongo-inbox-private.h"
#include "usher-mongo-outbox-entry-private.h"
#include "usher-mongo-slips-private.h"

#define OUTBOX  "_outbox"
#define APPLIED "_applied"
#define TIMERS  "_timers"
#define REQUEST "_request"

/* how many applied events a document remembers */
#define MOST_APPLIED 256

static const char *const members[] = { OUTBOX, APPLIED, TIMERS, REQUEST };

static gboolean
has (const UsherMongoLoad *self, const char *member)
{
  if (self->commit == NULL)
    return FALSE;
  if (g_str_equal (member, OUTBOX))
    return usher_commit_get_n_events (self->commit) > 0;
  if (g_str_equal (member, APPLIED))
    return usher_commit_get_event_id (self->commit) != NULL;

  return usher_mongo_slips_touch (self->slips, member);
}

static void
append_events (const UsherMongoLoad *self, bson_t *array)
{
  for (guint i = 0; i < usher_commit_get_n_events (self->commit); i++)
    {
      char buffer[16];
      const char *index = NULL;
      bson_t entry;

      bson_uint32_to_string (i, &index, buffer, sizeof buffer);
      bson_append_document_begin (array, index, -1, &entry);
      usher_mongo_outbox_entry_append (&entry, usher_commit_get_event (self->commit, i));
      bson_append_document_end (array, &entry);
    }
}

static void
append_applied (const UsherMongoLoad *self, bson_t *array)
{
  g_autofree char *key = usher_mongo_inbox_dup_key (usher_commit_get_event_id (self->commit),
                                                    usher_commit_get_subscriber (self->commit));
  bson_t entry;

  bson_append_document_begin (array, "0", -1, &entry);
  usher_mongo_inbox_entry_append (&entry, key, usher_commit_get_time (self->commit));
  bson_append_document_end (array, &entry);
}

static void
append_new (const UsherMongoLoad *self, const char *member, bson_t *array)
{
  if (g_str_equal (member, OUTBOX))
    append_events (self, array);
  else if (g_str_equal (member, APPLIED))
    append_applied (self, array);
  else
    usher_mongo_slips_append_entries (self->slips, member, self->commit, array);
}

void
usher_mongo_load_append (const UsherMongoLoad *self, bson_t *document)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      bson_t array;

      if (!has (self, members[i]))
        continue;
      bson_append_array_begin (document, members[i], -1, &array);
      append_new (self, members[i], &array);
      bson_append_array_end (document, &array);
    }

  bson_append_utf8 (document, "_commit", -1, self->token, -1);
}

/* makes the expression of the entries that stay, of timers and requests those with other keys */
static void
make_kept (const UsherMongoLoad *self, const char *member, bson_t *kept)
{
  g_autofree char *path = g_strconcat ("$", member, NULL);
  g_auto (bson_t) keys = BSON_INITIALIZER;

  if (g_str_equal (member, OUTBOX) || g_str_equal (member, APPLIED))
    {
      BCON_APPEND (kept, "$ifNull", "[", BCON_UTF8 (path), "[", "]", "]");
      return;
    }

  usher_mongo_slips_append_keys (self->slips, member, &keys);
  BCON_APPEND (kept,
               "$filter",
               "{",
               "input",
               "{",
               "$ifNull",
               "[",
               BCON_UTF8 (path),
               "[",
               "]",
               "]",
               "}",
               "as",
               "entry",
               "cond",
               "{",
               "$not",
               "[",
               "{",
               "$in",
               "[",
               "$$entry.k",
               "{",
               "$literal",
               BCON_ARRAY (&keys),
               "}",
               "]",
               "}",
               "]",
               "}",
               "}");
}

/* appends the expression of an array with what is new */
static void
append_joined (const UsherMongoLoad *self, const char *member, bson_t *stage)
{
  g_auto (bson_t) kept = BSON_INITIALIZER;
  g_auto (bson_t) added = BSON_INITIALIZER;
  g_auto (bson_t) joined = BSON_INITIALIZER;

  make_kept (self, member, &kept);
  append_new (self, member, &added);
  BCON_APPEND (&joined,
               "$concatArrays",
               "[",
               BCON_DOCUMENT (&kept),
               "{",
               "$literal",
               BCON_ARRAY (&added),
               "}",
               "]");
  if (!g_str_equal (member, APPLIED))
    bson_append_document (stage, member, -1, &joined);
  else
    BCON_APPEND (stage,
                 member,
                 "{",
                 "$slice",
                 "[",
                 BCON_DOCUMENT (&joined),
                 BCON_INT32 (-MOST_APPLIED),
                 "]",
                 "}");
}

void
usher_mongo_load_append_stage (const UsherMongoLoad *self, bson_t *set)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (has (self, members[i]))
      append_joined (self, members[i], set);

  bson_append_utf8 (set, "_commit", -1, self->token, -1);
}

void
usher_mongo_load_append_rest (const UsherMongoLoad *self, bson_t *document)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (has (self, members[i]))
      append_joined (self, members[i], document);
    else
      {
        g_autofree char *path = g_strconcat ("$", members[i], NULL);

        bson_append_utf8 (document, members[i], -1, path, -1);
      }

  bson_append_utf8 (document, "_commit", -1, self->token, -1);
}
