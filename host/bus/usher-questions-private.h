/* usher-questions-private.h: what a member asks its hub
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

typedef struct _UsherQuestion UsherQuestion;

/* @error: (nullable): NULL: @question has the answer. Called once, without any lock. */
typedef void (*UsherAnsweredFunc) (const UsherQuestion *question,
                                   const GError *error,
                                   gpointer user_data);

/* One question. Another thread waits for the answer; one with @func is nobody's but the bus's thread's. */
struct _UsherQuestion
{
  guint id;
  GByteArray
      *frame; /* (owned) (nullable): what the hub is sent, NULL: it is for the thread alone */
  gpointer subscriber;    /* (unowned) (nullable): to be confirmed */
  guint forgotten;        /* id of a subscriber that nobody waits for any more */
  UsherAnsweredFunc func; /* (nullable): told of the end, and then it is freed */
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  gint64 deadline;        /* monotonic; of one with @func */
  gboolean done;
  guint8 code; /* 0: well; else 1 + an UsherError */
  char *text;  /* (owned) (nullable) */
  guint64 number;
  GBytes *body; /* (owned) (nullable) */
};

/* Any thread asks, that of the bus answers. */
typedef struct _UsherQuestions UsherQuestions;

UsherQuestions *usher_questions_new (UsherWake *wake, const char *endpoint);
void usher_questions_free (UsherQuestions *self);

/* any thread */
/* gives it a number, and a frame that begins with that */
void
usher_questions_init_question (UsherQuestions *self, UsherQuestion *question, UsherFrameType type);
void usher_question_clear (UsherQuestion *question);
/* what was answered */
void usher_question_read (const UsherQuestion *question, UsherFrameReader *reader);
/* asks and waits, at most @patience microseconds; the answer is in @question */
gboolean usher_questions_ask (UsherQuestions *self,
                              UsherQuestion *question,
                              gint64 patience,
                              GError **error);
/* asks what the thread alone answers, which it does */
void usher_questions_ask_thread (UsherQuestions *self, UsherQuestion *question);
/* takes ownership of @question, which has a function, and was made by g_new() */
void usher_questions_ask_async (UsherQuestions *self, UsherQuestion *question, gint64 patience);
/* from now on nothing is asked, and nobody waits any more */
void usher_questions_stop (UsherQuestions *self);

/* the thread of the bus; what it is called for holds the lock, and may call the two below */
typedef void (*UsherQuestionFunc) (UsherQuestion *question, gpointer user_data);
/* each that was asked since */
void usher_questions_take (UsherQuestions *self, UsherQuestionFunc func, gpointer user_data);
/* each that has no answer */
void usher_questions_foreach (UsherQuestions *self, UsherQuestionFunc func, gpointer user_data);
/* there is an answer, after which the question may be gone; @text: (nullable) */
void
usher_questions_end (UsherQuestions *self, UsherQuestion *question, guint8 code, const char *text);

/* the thread of the bus, without the lock */
/* a REPLY frame behind its type, when it was read as that */
void usher_questions_take_reply (UsherQuestions *self,
                                 guint id,
                                 guint8 code,
                                 const char *text,
                                 guint64 number,
                                 UsherFrameReader *body);
/* those that have waited too long, or all */
void usher_questions_expire (UsherQuestions *self, gint64 now);
/* why there is no hub, for who waits for it; @trouble: (nullable): static */
void usher_questions_set_trouble (UsherQuestions *self, const char *trouble);

G_END_DECLS
