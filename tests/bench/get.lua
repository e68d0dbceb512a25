-- SPDX-FileCopyrightText: 2026 The Usher authors
-- SPDX-License-Identifier: LGPL-2.1-or-later
-- get.lua COOKIE: with a session
function init (args)
  wrk.headers["Cookie"] = args[1]
end
