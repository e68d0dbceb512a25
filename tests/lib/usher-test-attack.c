/* usher-test-attack.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-attack.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK          (64 * 1024)
#define NICE           10
#define RECEIVE_BUFFER (8 * 1024)
/* 127.0.0.2 and up: limits of an address shall not be what holds */
#define FIRST_SOURCE 2
#define N_SOURCES    8

typedef struct
{
  int fd;      /* -1: none */
  guint limit; /* bytes that will be sent */
  guint sent;
  guint n_waited; /* turns since then */
} Connection;

typedef struct
{
  UsherTestAttack *attack; /* (unowned) */
  const UsherTestScript *script;
  GThread *thread; /* (owned) */
  GRand *rand;     /* (owned) */
  GString *text;   /* (owned): the start, then a block that is sent again and again */
  gsize start;     /* bytes of the start */
  guint n_opened;  /* (atomic) */
  guint n_ended;   /* by the host */
  guint64 sent;
  guint64 received;
} Attacker;

struct _UsherTestAttack
{
  struct sockaddr_in address;
  guint n_attackers;
  Attacker *attackers; /* (owned) */
  GMutex mutex;
  GCond cond;
  gboolean ending; /* (mutex mutex) */
};

static void
make_text (Attacker *self)
{
  const UsherTestScript *script = self->script;

  self->text = g_string_new (script->start);
  self->start = self->text->len;
  while (self->text->len - self->start < BLOCK)
    if (script->again != NULL)
      g_string_append (self->text, script->again);
    else
      g_string_append_c (self->text, (char) g_rand_int_range (self->rand, 0, 256));
}

static void
leave (Connection *connection, gboolean resets)
{
  const struct linger at_once = { .l_onoff = 1 };

  if (connection->fd < 0)
    return;

  if (resets)
    setsockopt (connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (connection->fd);
  connection->fd = -1;
}

static int
open_socket (Attacker *self)
{
  struct sockaddr_in source = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int size = RECEIVE_BUFFER;
  int yes = 1;

  if (fd < 0)
    return -1;

  source.sin_addr.s_addr = htonl (INADDR_LOOPBACK - 1 + FIRST_SOURCE +
                                  (guint32) g_rand_int_range (self->rand, 0, N_SOURCES));
  /* so that two sources may have the same port */
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (!self->script->reads)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind (fd, (struct sockaddr *) &source, sizeof source) == 0 &&
      (connect (fd, (struct sockaddr *) &self->attack->address, sizeof self->attack->address) ==
           0 ||
       errno == EINPROGRESS))
    return fd;

  close (fd);

  return -1;
}

static void
begin (Attacker *self, Connection *connection)
{
  const UsherTestScript *script = self->script;

  *connection = (Connection){ .fd = open_socket (self), .limit = script->size };
  if (script->cuts)
    connection->limit = (guint) g_rand_int_range (self->rand, 1, (gint32) script->size);
  if (connection->fd >= 0)
    g_atomic_int_inc (&self->n_opened);
}

static gboolean
would_block (void)
{
  return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
}

/* FALSE: the host has ended the connection */
static gboolean
receive (Attacker *self, Connection *connection)
{
  char bytes[BLOCK];
  ssize_t n_read = recv (connection->fd, bytes, sizeof bytes, 0);

  if (n_read > 0)
    self->received += (guint64) n_read;

  return n_read > 0 || (n_read < 0 && would_block ());
}

/* FALSE: the host has ended the connection */
static gboolean
send_more (Attacker *self, Connection *connection)
{
  gsize from = connection->sent;
  gsize most = connection->limit - connection->sent;
  ssize_t n_sent = 0;

  if (from >= self->start)
    from = self->start + (from - self->start) % (self->text->len - self->start);
  most = MIN (most, self->text->len - from);
  if (self->script->pace > 0)
    most = MIN (most, self->script->pace);
  n_sent = send (connection->fd, self->text->str + from, most, MSG_NOSIGNAL);
  if (n_sent > 0)
    {
      self->sent += (guint64) n_sent;
      connection->sent += (guint) n_sent;
    }

  return n_sent >= 0 || would_block ();
}

static void
go_on (Attacker *self, Connection *connection)
{
  const UsherTestScript *script = self->script;
  gboolean complete = connection->sent == connection->limit;

  if ((script->reads && !receive (self, connection)) ||
      (!complete && !send_more (self, connection)))
    {
      self->n_ended++;
      leave (connection, FALSE);
    }
  else if (complete && script->patience != USHER_TEST_ENDLESS &&
           connection->n_waited++ >= script->patience)
    leave (connection, script->resets);
}

/* TRUE at the end of the attack */
static gboolean
await_turn (Attacker *self, gint64 turn)
{
  UsherTestAttack *attack = self->attack;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&attack->mutex);

  while (!attack->ending && g_cond_wait_until (&attack->cond, &attack->mutex, turn))
    continue;

  return attack->ending;
}

static gpointer
run_attacker (gpointer data)
{
  Attacker *self = data;
  const UsherTestScript *script = self->script;
  g_autofree Connection *connections = g_new (Connection, script->n_connections);

  /* of this thread alone */
  setpriority (PRIO_PROCESS, 0, NICE);
  for (guint i = 0; i < script->n_connections; i++)
    connections[i].fd = -1;

  while (!await_turn (self, g_get_monotonic_time () + script->turn * G_TIME_SPAN_MILLISECOND))
    {
      guint n_opened = 0;

      for (guint i = 0; i < script->n_connections; i++)
        if (connections[i].fd >= 0)
          go_on (self, &connections[i]);
        else if (n_opened++ < script->n_opened)
          begin (self, &connections[i]);
    }
  for (guint i = 0; i < script->n_connections; i++)
    leave (&connections[i], script->resets);

  return NULL;
}

static void
set_address (UsherTestAttack *self, UsherTestProcess *process)
{
  g_autofree char *address = usher_test_process_dup_address (process, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) parsed = NULL;
  g_autoptr (GSocketConnectable) place = g_network_address_parse (address, 0, &error);
  GNetworkAddress *named = NULL;

  g_assert_no_error (error);
  named = G_NETWORK_ADDRESS (place);
  parsed = g_inet_socket_address_new_from_string (g_network_address_get_hostname (named),
                                                  g_network_address_get_port (named));
  g_assert_true (g_socket_address_to_native (parsed, &self->address, sizeof self->address, &error));
  g_assert_no_error (error);
}

UsherTestAttack *
usher_test_attack_new (UsherTestProcess *process,
                       const UsherTestScript *const *scripts,
                       guint n_threads)
{
  UsherTestAttack *self = g_new0 (UsherTestAttack, 1);
  guint n_scripts = 0;

  while (scripts[n_scripts] != NULL)
    n_scripts++;
  g_assert_cmpuint (n_scripts, >, 0);
  set_address (self, process);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->n_attackers = n_threads;
  self->attackers = g_new0 (Attacker, n_threads);
  for (guint i = 0; i < n_threads; i++)
    {
      Attacker *attacker = &self->attackers[i];

      attacker->attack = self;
      attacker->script = scripts[i % n_scripts];
      attacker->rand = g_rand_new_with_seed (i + 1);
      make_text (attacker);
      attacker->thread = g_thread_new ("attacker", run_attacker, attacker);
    }

  return self;
}

char *
usher_test_attack_free (UsherTestAttack *self)
{
  guint n_opened = usher_test_attack_count (self);
  guint n_ended = 0;
  guint64 sent = 0;
  guint64 received = 0;

  g_mutex_lock (&self->mutex);
  self->ending = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->n_attackers; i++)
    {
      Attacker *attacker = &self->attackers[i];

      g_thread_join (attacker->thread);
      n_ended += attacker->n_ended;
      sent += attacker->sent;
      received += attacker->received;
      g_rand_free (attacker->rand);
      g_string_free (attacker->text, TRUE);
    }
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->attackers);
  g_free (self);

  return g_strdup_printf (
      "%u connections, %u of them ended by the host, %.1f MB sent, %.1f MB read",
      n_opened,
      n_ended,
      (double) sent / 1e6,
      (double) received / 1e6);
}

guint
usher_test_attack_count (UsherTestAttack *self)
{
  guint count = 0;

  for (guint i = 0; i < self->n_attackers; i++)
    count += (guint) g_atomic_int_get (&self->attackers[i].n_opened);

  return count;
}
