-- SPDX-FileCopyrightText: 2026 The Usher authors
-- SPDX-License-Identifier: LGPL-2.1-or-later
-- post-order.lua COOKIE FILE FROM COUNT: orders the tickets in a file, each once
local threads = 0

function setup (thread)
  thread:set ("number", threads)
  threads = threads + 1
end

function init (args)
  local n = 0

  wrk.method = "POST"
  wrk.headers["Cookie"] = args[1]
  wrk.headers["Content-Type"] = "application/json"
  ids = {}
  for line in io.lines (args[2]) do
    if n >= tonumber (args[3]) and n < tonumber (args[3]) + tonumber (args[4]) and n % 2 == number then
      ids[#ids + 1] = line
    end
    n = n + 1
  end
  at = 0
end

function request ()
  at = at + 1
  return wrk.format (nil, nil, nil, '{"ticketId":"' .. (ids[at] or "000000000000000000000000") .. '"}')
end
