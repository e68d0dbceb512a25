/* usher-document-block.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document-private.h"

#define CHUNK_SIZE (16 * 1024)
#define ALIGNMENT  16

typedef struct _Chunk Chunk;

struct _Chunk
{
  Chunk *next; /* (owned) (nullable) */
};

struct _UsherDocumentBlock
{
  gatomicrefcount ref_count;
  Chunk *chunks; /* (owned) (nullable) */
  char *at;      /* in the first chunk */
  gsize n_left;
};

UsherDocumentBlock *
usher_document_block_new (void)
{
  UsherDocumentBlock *self = g_new0 (UsherDocumentBlock, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

UsherDocumentBlock *
usher_document_block_ref (UsherDocumentBlock *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_document_block_unref (UsherDocumentBlock *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  while (self->chunks != NULL)
    {
      Chunk *chunk = self->chunks;

      self->chunks = chunk->next;
      g_free (chunk);
    }
  g_free (self);
}

static void
add_chunk (UsherDocumentBlock *self, gsize size)
{
  gsize room = MAX (size, CHUNK_SIZE - ALIGNMENT);
  Chunk *chunk = g_malloc (ALIGNMENT + room);

  chunk->next = self->chunks;
  self->chunks = chunk;
  self->at = (char *) chunk + ALIGNMENT;
  self->n_left = room;
}

gpointer
usher_document_block_take (UsherDocumentBlock *self, gsize size)
{
  gsize rounded = (size + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
  gpointer place = NULL;

  if (rounded > self->n_left)
    add_chunk (self, rounded);

  place = self->at;
  self->at += rounded;
  self->n_left -= rounded;

  return place;
}
