/* purchase-stage.h: a concert, who sells it, who buys it, and who would like to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-checker.h"
#include "usher-test-client.h"
#include "usher-test-payer.h"

G_BEGIN_DECLS

/* The seller's concert is for 19.99. What goes wrong ends the test. */
typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *seller;
  UsherTestClient *buyer;
  UsherTestClient *rival;
  char *ticket_id;
  char *ticket_path;
  guint hold; /* seconds that an order has until it is paid */
} Purchase;

/* @data: the hold in seconds */
void purchase_set_up (Purchase *self, gconstpointer data);
/* whatever happened in the test, nothing is wrong afterwards, and nothing is left to do */
void purchase_tear_down (Purchase *self, gconstpointer data);
void purchase_kill_and_start (Purchase *self);
/* for the orders from now on */
void purchase_set_hold (Purchase *self, guint seconds);

/* (transfer full): the id of an order of the concert that waits to be paid */
char *purchase_reserve (Purchase *self, UsherTestClient *client);
/* The buyer's, where orders have little time. A machine that is too slow for a second gets two, and so on. */
char *purchase_reserve_briefly (Purchase *self);
/* a payment of such an order that is held when the time of the order ends; @order_id: (out) (transfer full) */
UsherTestPayer *purchase_pay_briefly (Purchase *self, char **order_id);

void purchase_assert_pays (UsherTestClient *client, const char *order_id);
void
purchase_assert_cannot_pay (UsherTestClient *client, const char *order_id, const char *message);
/* @client cannot order the concert */
void purchase_assert_taken (Purchase *self, UsherTestClient *client);
gboolean purchase_is_listed (Purchase *self, UsherTestClient *client);
/* its time ends, and the concert is free */
void purchase_assert_cancelled_by_time (Purchase *self, const char *order_id);

/* what the processor of cards has in its books */
gint64 purchase_count_charges (Purchase *self, const char *order_id, const char *state);
gint64 purchase_count_cents (Purchase *self);

G_END_DECLS
