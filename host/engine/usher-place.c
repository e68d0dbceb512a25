/* usher-place.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-place-private.h"

UsherPlace
usher_place_choose (gboolean store_blocks, UsherWorkKind kind, UsherThread here)
{
  if (here == USHER_THREAD_POOL)
    return USHER_PLACE_HERE;

  /* whoever waits, waits on threads of the service's own */
  if (store_blocks || kind == USHER_WORK_WAITS)
    return USHER_PLACE_POOL;

  switch (here)
    {
    case USHER_THREAD_WAKER:
      return USHER_PLACE_WORKERS;
    case USHER_THREAD_TICKER:
      return USHER_PLACE_POOL;
    case USHER_THREAD_INTAKE:
    case USHER_THREAD_WORKER:
    case USHER_THREAD_POOL:
    default:
      return USHER_PLACE_HERE;
    }
}
