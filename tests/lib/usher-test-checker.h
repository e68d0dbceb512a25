/* usher-test-checker.h: reads all databases and says what must never be
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-process.h"

G_BEGIN_DECLS

/* Reads the files of a data directory by itself, with no code of the host, while the host runs or after. */
typedef struct _UsherTestChecker UsherTestChecker;

/* what the host said was done */
typedef enum
{
  USHER_TEST_SAID_USER,       /* id of the user */
  USHER_TEST_SAID_TICKET,     /* id of the ticket, its version in the answer */
  USHER_TEST_SAID_ORDER,      /* id of the order */
  USHER_TEST_SAID_CANCEL,     /* id of the order */
  USHER_TEST_SAID_PAYMENT,    /* id of the order */
  USHER_TEST_SAID_WITHDRAWAL, /* id of the ticket */
} UsherTestSaid;

UsherTestChecker *usher_test_checker_new (UsherTestProcess *process);
void usher_test_checker_free (UsherTestChecker *self);

/* any thread: remembers what was answered with success; it must be true ever after */
void usher_test_checker_note (UsherTestChecker *self,
                              UsherTestSaid said,
                              const char *id,
                              gint64 version);
guint usher_test_checker_count (UsherTestChecker *self, UsherTestSaid said);

/* NULL when all holds, else what does not, with the rows; @settled: what must hold once the services are done
 * with each other too */
char *usher_test_checker_find_fault (UsherTestChecker *self, gboolean settled);
/* Until all holds, else the test fails; at once when something is wrong that no waiting heals.
 * The host runs, and what is due after that is not asked for any more. */
void usher_test_checker_await_settled (UsherTestChecker *self);
/* one number, for a test that counts */
gint64 usher_test_checker_query (UsherTestChecker *self, const char *sql);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestChecker, usher_test_checker_free)

G_END_DECLS
