-- SPDX-FileCopyrightText: 2026 The Usher authors
-- SPDX-License-Identifier: LGPL-2.1-or-later
-- mix.lua COOKIE TICKET PAUSE: people look and sell, half of them with a key; PAUSE: milliseconds, on the average
local threads = 0

function setup (thread)
  thread:set ("number", threads)
  threads = threads + 1
end

function init (args)
  local json = { ["Cookie"] = args[1], ["Content-Type"] = "application/json" }

  cookie = { ["Cookie"] = args[1] }
  ticket = "/api/tickets/" .. args[2]
  pause = tonumber (args[3])
  body = '{"title":"Concert","price":19.99}'
  sell = wrk.format ("POST", "/api/tickets", json, body)
  begun = os.time ()
  n = 0
  math.randomseed (number)
end

-- such that the connections do not march in step
function delay ()
  return math.random (0, 2 * pause)
end

function request ()
  n = n + 1
  if n % 4 == 0 then
    return sell
  elseif n % 4 == 1 then
    return wrk.format ("POST", "/api/tickets", {
      ["Cookie"] = cookie["Cookie"],
      ["Content-Type"] = "application/json",
      ["Idempotency-Key"] = begun .. "." .. number .. "." .. n,
    }, body)
  elseif n % 4 == 2 then
    return wrk.format ("GET", "/api/users/currentuser", cookie)
  end
  return wrk.format ("GET", ticket, cookie)
end
