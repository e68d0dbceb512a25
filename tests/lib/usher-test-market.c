/* usher-test-market.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-market.h"

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-shop.h"

#define N_PEOPLE 5
/* the last of them is banned now and then, and sells no more than this */
#define OUTCAST    (N_PEOPLE - 1)
#define N_OFFERS   8
#define N_STATUSES 600

typedef struct
{
  UsherTestMarket *market; /* (unowned) */
  UsherTestClient *client;
  UsherTestClient *admin; /* whoever bans him */
  GThread *thread;
  GRand *dice;
  guint index;
  guint n_deeds;
  char *id;
  GPtrArray *own;    /* (element-type utf8): his tickets */
  GPtrArray *titles; /* (element-type utf8): of his tickets */
  GPtrArray *orders; /* (element-type utf8) */
  guint n_counts[N_STATUSES];
} Person;

struct _UsherTestMarket
{
  UsherTestProcess *process; /* (unowned) */
  UsherTestChecker *checker; /* (unowned) */
  Person people[N_PEOPLE];
  gboolean closing; /* (atomic) */
  int n_answers;    /* (atomic) */

  GMutex mutex;
  GPtrArray *tickets;      /* (owned) (element-type utf8) (mutex mutex): of everybody */
  UsherTestChecker *early; /* (unowned) (nullable) (mutex mutex) */
};

static const char *
choose (Person *person, GPtrArray *ids)
{
  if (ids->len == 0)
    return NULL;

  return g_ptr_array_index (ids, g_rand_int_range (person->dice, 0, (gint32) ids->len));
}

/* Who may publish a ticket or an order died with the lease, which takes others longer on a server than who wants a copy waits. */
static gboolean
may_come_late (UsherTestProcess *process, const char *path)
{
  return usher_test_process_is_on_server (process) &&
         (g_str_equal (path, "/api/orders") || g_str_equal (path, "/api/payments"));
}

/* No answer is right only when the host, or the supervisor, died; and no kill may make anybody answer nonsense. */
static guint
ask_by (Person *person,
        UsherTestClient *client,
        const char *method,
        const char *path,
        const char *body)
{
  static const guint expected[] = { 200, 201, 204, 400, 402, 409, 503 };
  UsherTestProcess *process = person->market->process;
  guint generation = usher_test_process_await_running (process);
  guint status = usher_test_client_send (client, method, path, body);

  person->n_counts[MIN (status, G_N_ELEMENTS (person->n_counts) - 1)]++;
  g_atomic_int_inc (&person->market->n_answers);
  if (status == 0)
    {
      if (generation == usher_test_process_get_generation (process))
        g_error ("no answer to %s %s %s", method, path, body != NULL ? body : "");
      return 0;
    }

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (status == expected[i])
      return status;
  if (status == 401 && person->index == OUTCAST)
    return status;
  if (status == 404 && may_come_late (process, path))
    return status;
  g_error ("%s %s %s got %u: %s",
           method,
           path,
           body != NULL ? body : "",
           status,
           usher_test_client_get_body (client));
}

static guint
ask (Person *person, const char *method, const char *path, const char *body)
{
  return ask_by (person, person->client, method, path, body);
}

/* Half of the requests have a key, so that they can be tried until there is an answer. */
static guint
post (Person *person, const char *path, const char *body)
{
  g_autofree char *key = g_strdup_printf ("%u.%u", person->index, person->n_deeds++);
  gint64 deadline = 0;
  guint status = 0;

  if (g_rand_boolean (person->dice))
    return ask (person, "POST", path, body);

  usher_test_client_set_header (person->client, "Idempotency-Key", key);
  while ((status = ask (person, "POST", path, body)) == 0 || status == 503)
    if (!usher_test_wait (&deadline))
      g_error ("POST %s %s is not answered: %u %s",
               path,
               body,
               status,
               usher_test_client_get_body (person->client));
  usher_test_client_set_header (person->client, "Idempotency-Key", NULL);

  return status;
}

static void
note (Person *person, UsherTestSaid said, const char *id)
{
  UsherTestMarket *market = person->market;
  JsonNode *json = usher_test_client_get_json (person->client);
  JsonNode *found = json != NULL ? usher_test_json_find (json, "version") : NULL;
  gint64 version = found != NULL ? json_node_get_int (found) : 0;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&market->mutex);

  usher_test_checker_note (market->checker, said, id, version);
  if (market->early != NULL)
    usher_test_checker_note (market->early, said, id, version);
}

/* Each has a title of its own, so that one that is made twice shows. */
static void
create_ticket (Person *person)
{
  gint32 cents = g_rand_int_range (person->dice, 1, 100000);
  g_autofree char *title = g_strdup_printf ("Concert %u.%u", person->index, person->n_deeds);
  g_autofree char *body =
      g_strdup_printf ("{\"title\":\"%s\",\"price\":\"%d.%02d\"}", title, cents / 100, cents % 100);
  UsherTestMarket *market = person->market;
  const char *id = NULL;

  if (post (person, "/api/tickets", body) != 201)
    return;

  id = usher_test_client_get_string (person->client, "id");
  note (person, USHER_TEST_SAID_TICKET, id);
  g_ptr_array_add (person->own, g_strdup (id));
  g_ptr_array_add (person->titles, g_steal_pointer (&title));
  g_mutex_lock (&market->mutex);
  g_ptr_array_add (market->tickets, g_strdup (id));
  g_mutex_unlock (&market->mutex);
}

static void
edit_ticket (Person *person)
{
  gint32 cents = g_rand_int_range (person->dice, 1, 100000);
  guint index = (guint) g_rand_int_range (person->dice, 0, (gint32) MAX (1, person->own->len));
  const char *id = NULL;
  g_autofree char *path = NULL;
  g_autofree char *body = NULL;

  if (person->own->len == 0)
    return;

  id = g_ptr_array_index (person->own, index);
  path = g_strconcat ("/api/tickets/", id, NULL);
  body = g_strdup_printf ("{\"title\":\"%s\",\"price\":%d.%02d}",
                          (char *) g_ptr_array_index (person->titles, index),
                          cents / 100,
                          cents % 100);
  if (ask (person, "PUT", path, body) == 200)
    note (person, USHER_TEST_SAID_TICKET, id);
}

static void
withdraw_ticket (Person *person)
{
  const char *id = choose (person, person->own);
  g_autofree char *path = g_strconcat ("/api/tickets/", id, NULL);

  if (id != NULL && ask (person, "DELETE", path, NULL) == 204)
    note (person, USHER_TEST_SAID_WITHDRAWAL, id);
}

static void
offer_ticket (Person *person)
{
  if (person->own->len < N_OFFERS)
    create_ticket (person);
}

static void
treat (Person *person, const char *verb)
{
  g_autofree char *path = g_strdup_printf ("/admin/users/%s/%s", person->id, verb);

  ask_by (person, person->admin, "POST", path, NULL);
}

static void
ban (Person *person)
{
  treat (person, "ban");
}

static void
unban (Person *person)
{
  treat (person, "unban");
}

/* mostly a new ticket, whose copy may lag */
static char *
dup_ticket (Person *person)
{
  UsherTestMarket *market = person->market;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&market->mutex);
  guint n_last = MIN (market->tickets->len, 8);

  if (n_last == 0)
    return NULL;

  return g_strdup (
      g_ptr_array_index (market->tickets,
                         market->tickets->len - 1 -
                             (guint) g_rand_int_range (person->dice, 0, (gint32) n_last)));
}

static void
place_order (Person *person)
{
  g_autofree char *ticket_id = dup_ticket (person);
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  const char *id = NULL;

  if (ticket_id == NULL || post (person, "/api/orders", body) != 201)
    return;

  id = usher_test_client_get_string (person->client, "id");
  note (person, USHER_TEST_SAID_ORDER, id);
  g_ptr_array_add (person->orders, g_strdup (id));
}

static void
pay (Person *person)
{
  static const char *const tokens[] = { "tok_visa", "tok_visa",          "tok_visa", "tok_visa",
                                        "tok_visa", "tok_visa",          "tok_visa", "tok_visa",
                                        "tok_slow", "tok_chargeDeclined" };
  gint32 index = g_rand_int_range (person->dice, 0, G_N_ELEMENTS (tokens));
  const char *id = choose (person, person->orders);
  g_autofree char *body =
      g_strdup_printf ("{\"token\":\"%s\",\"orderId\":\"%s\"}", tokens[index], id);

  if (id != NULL && post (person, "/api/payments", body) == 201)
    note (person, USHER_TEST_SAID_PAYMENT, id);
}

static void
cancel_order (Person *person)
{
  const char *id = choose (person, person->orders);
  g_autofree char *path = g_strconcat ("/api/orders/", id, NULL);

  if (id != NULL && ask (person, "DELETE", path, NULL) == 204)
    note (person, USHER_TEST_SAID_CANCEL, id);
}

static gpointer
live (gpointer data)
{
  static void (*const deeds[]) (Person *) = {
    create_ticket, create_ticket, edit_ticket, place_order, place_order,     place_order,
    pay,           pay,           pay,         pay,         withdraw_ticket, cancel_order,
  };
  static void (*const outcast_deeds[]) (Person *) = {
    offer_ticket, offer_ticket, edit_ticket, withdraw_ticket, ban, unban, unban, unban,
  };
  Person *person = data;

  while (!g_atomic_int_get (&person->market->closing))
    if (person->index == OUTCAST)
      outcast_deeds[g_rand_int_range (person->dice, 0, G_N_ELEMENTS (outcast_deeds))](person);
    else
      deeds[g_rand_int_range (person->dice, 0, G_N_ELEMENTS (deeds))](person);

  return NULL;
}

static void
person_init (Person *person, UsherTestMarket *market, guint32 seed, guint index)
{
  g_autofree char *email = g_strdup_printf ("person%u@example.com", index);

  person->market = market;
  person->client = usher_test_sign_up (market->process, email);
  person->admin = usher_test_client_new_admin (market->process);
  person->id = g_strdup (usher_test_client_get_string (person->client, "id"));
  note (person, USHER_TEST_SAID_USER, person->id);
  person->dice = g_rand_new_with_seed (seed * N_PEOPLE + index);
  person->index = index;
  person->own = g_ptr_array_new_with_free_func (g_free);
  person->titles = g_ptr_array_new_with_free_func (g_free);
  person->orders = g_ptr_array_new_with_free_func (g_free);
}

static void
person_clear (Person *person)
{
  usher_test_client_free (person->client);
  usher_test_client_free (person->admin);
  g_free (person->id);
  g_rand_free (person->dice);
  g_ptr_array_unref (person->own);
  g_ptr_array_unref (person->titles);
  g_ptr_array_unref (person->orders);
}

UsherTestMarket *
usher_test_market_new (UsherTestProcess *process, UsherTestChecker *checker, guint32 seed)
{
  UsherTestMarket *self = g_new0 (UsherTestMarket, 1);

  self->process = process;
  self->checker = checker;
  g_mutex_init (&self->mutex);
  self->tickets = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < N_PEOPLE; i++)
    person_init (&self->people[i], self, seed, i);
  for (guint i = 0; i < N_PEOPLE; i++)
    self->people[i].thread = g_thread_new ("person", live, &self->people[i]);

  return self;
}

void
usher_test_market_free (UsherTestMarket *self)
{
  for (guint i = 0; i < N_PEOPLE; i++)
    person_clear (&self->people[i]);
  g_ptr_array_unref (self->tickets);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
usher_test_market_set_early (UsherTestMarket *self, UsherTestChecker *early)
{
  g_mutex_lock (&self->mutex);
  self->early = early;
  g_mutex_unlock (&self->mutex);
}

void
usher_test_market_await_answers (UsherTestMarket *self, guint n)
{
  guint first = (guint) g_atomic_int_get (&self->n_answers);

  usher_test_until ((guint) g_atomic_int_get (&self->n_answers) - first >= n);
}

static void
tell (UsherTestMarket *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint status = 0; status < N_STATUSES; status++)
    {
      guint n = 0;

      for (guint i = 0; i < N_PEOPLE; i++)
        n += self->people[i].n_counts[status];
      if (n > 0)
        g_string_append_printf (text, " %u:%u", status, n);
    }
  g_test_message ("answers%s; %u tickets, %u orders, %u payments, %u cancels, %u withdrawals",
                  text->str,
                  usher_test_checker_count (self->checker, USHER_TEST_SAID_TICKET),
                  usher_test_checker_count (self->checker, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (self->checker, USHER_TEST_SAID_PAYMENT),
                  usher_test_checker_count (self->checker, USHER_TEST_SAID_CANCEL),
                  usher_test_checker_count (self->checker, USHER_TEST_SAID_WITHDRAWAL));
}

void
usher_test_market_close (UsherTestMarket *self)
{
  g_atomic_int_set (&self->closing, TRUE);
  for (guint i = 0; i < N_PEOPLE; i++)
    g_thread_join (self->people[i].thread);
  tell (self);
}
