/* usher-error.h: the one error domain of the host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherError:
 * @USHER_ERROR_FAILED: something nobody foresaw; the log has the detail
 * @USHER_ERROR_INVALID: the input is malformed or refused; repeating it cannot help
 * @USHER_ERROR_UNAUTHORIZED: the caller is not signed in, or not the owner
 * @USHER_ERROR_FORBIDDEN: the caller may not do this from there
 * @USHER_ERROR_NOT_FOUND: the thing asked for does not exist
 * @USHER_ERROR_NOT_ALLOWED: the method does not fit the path
 * @USHER_ERROR_CONFLICT: someone else changed the thing first
 * @USHER_ERROR_TAKEN: a unique key belongs to another document
 * @USHER_ERROR_TOO_LARGE: the input is over a limit of size
 * @USHER_ERROR_UNSUPPORTED: the input is of a type that is not read
 * @USHER_ERROR_LIMITED: the caller asks too often
 * @USHER_ERROR_BUSY: the operation is under way already, or the thing is held by another
 * @USHER_ERROR_UNAVAILABLE: something that is needed does not answer
 * @USHER_ERROR_FULL: a disk, a log or a queue has no room
 * @USHER_ERROR_CORRUPT: stored data is not what was written, or is from a newer version
 * @USHER_ERROR_DEFER: the input comes too early; it shall come again later
 * @USHER_ERROR_OUTDATED: the thing is not at the version that the caller names
 *
 * What can go wrong, named after what the caller can do about it.
 */
typedef enum
{
  USHER_ERROR_FAILED,
  USHER_ERROR_INVALID,
  USHER_ERROR_UNAUTHORIZED,
  USHER_ERROR_FORBIDDEN,
  USHER_ERROR_NOT_FOUND,
  USHER_ERROR_NOT_ALLOWED,
  USHER_ERROR_CONFLICT,
  USHER_ERROR_TAKEN,
  USHER_ERROR_TOO_LARGE,
  USHER_ERROR_UNSUPPORTED,
  USHER_ERROR_LIMITED,
  USHER_ERROR_BUSY,
  USHER_ERROR_UNAVAILABLE,
  USHER_ERROR_FULL,
  USHER_ERROR_CORRUPT,
  USHER_ERROR_DEFER,
  USHER_ERROR_OUTDATED,
} UsherError;

/**
 * USHER_ERROR:
 *
 * The domain of all errors of Usher, with the codes of [error@Error].
 */
#define USHER_ERROR (usher_error_quark ())

USHER_API
GQuark usher_error_quark (void);
USHER_API
gboolean usher_refuse (GError **error, UsherError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
USHER_API
gboolean usher_refuse_literal (UsherError code, const char *message, GError **error);

G_END_DECLS
