/* usher-ending-set.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ending-set-private.h"

#include "usher-session-key-private.h"

#define FIRST_SIZE 64

/* An id is looked for from its place on, to the first slot that is free. */
struct _UsherEndingSet
{
  UsherEnding *slots; /* (owned): free where expires is 0 */
  guint size;
  guint n;
};

/* -1: no digit; in line, since each request reads one */
static inline int
get_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';

  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* FALSE: a character is no digit */
static gboolean
parse_half (const char *text, guint64 *value)
{
  guint64 half = 0;

  for (guint i = 0; i < USHER_SESSION_ID_LENGTH / 2; i++)
    {
      const int digit = get_digit (text[i]);

      if (digit < 0)
        return FALSE;
      half = half << 4 | (guint64) digit;
    }
  *value = half;

  return TRUE;
}

gboolean
usher_ending_parse_id (const char *text, guint64 id[2])
{
  /* a text that is too short ends in a character that is no digit */
  return parse_half (text, &id[0]) && parse_half (text + USHER_SESSION_ID_LENGTH / 2, &id[1]) &&
         text[USHER_SESSION_ID_LENGTH] == '\0';
}

static void
resize (UsherEndingSet *self, guint size)
{
  g_autofree UsherEnding *old = self->slots;
  const guint old_size = self->size;

  self->slots = g_new0 (UsherEnding, size);
  self->size = size;
  self->n = 0;
  for (guint i = 0; i < old_size; i++)
    if (old[i].expires != 0)
      usher_ending_set_add (self, &old[i]);
}

UsherEndingSet *
usher_ending_set_new (void)
{
  UsherEndingSet *self = g_new0 (UsherEndingSet, 1);

  resize (self, FIRST_SIZE);

  return self;
}

void
usher_ending_set_free (UsherEndingSet *self)
{
  g_free (self->slots);
  g_free (self);
}

guint
usher_ending_set_get_n (const UsherEndingSet *self)
{
  return self->n;
}

/* the slot that has the id, or the free one in which it belongs */
static UsherEnding *
find (const UsherEndingSet *self, const guint64 id[2])
{
  const guint64 mixed = (id[0] ^ id[1]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint at = (guint) (((mixed >> 32) * self->size) >> 32);

  while (self->slots[at].expires != 0 &&
         (self->slots[at].id[0] != id[0] || self->slots[at].id[1] != id[1]))
    at = at + 1 < self->size ? at + 1 : 0;

  return &self->slots[at];
}

/* A quarter stays free, so that a free one is near. */
void
usher_ending_set_reserve (UsherEndingSet *self, guint n)
{
  guint size = self->size;

  while ((guint64) (self->n + n) * 4 > (guint64) size * 3)
    size += size / 2;
  if (size > self->size)
    resize (self, size);
}

void
usher_ending_set_add (UsherEndingSet *self, const UsherEnding *ending)
{
  UsherEnding *slot = NULL;

  usher_ending_set_reserve (self, 1);
  slot = find (self, ending->id);
  if (slot->expires == 0)
    self->n++;
  *slot = *ending;
}

gboolean
usher_ending_set_has (const UsherEndingSet *self, const guint64 id[2])
{
  return find (self, id)->expires != 0;
}

void
usher_ending_set_drop_past (UsherEndingSet *self, gint64 now)
{
  guint n = 0;

  for (guint i = 0; i < self->size; i++)
    if (self->slots[i].expires != 0 && self->slots[i].expires <= now)
      self->slots[i].expires = 0;
    else if (self->slots[i].expires != 0)
      n++;

  /* who comes behind a place that is free now is to be found from there */
  resize (self, MAX (FIRST_SIZE, n + n / 2));
}
