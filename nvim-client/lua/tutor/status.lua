--- The state of the connection to the tutor, for the status line.

local M = {}

local TEXTS = {
  starting = "Tutor: starting…",
  ready = "Tutor",
  ["local"] = "Tutor (local)",
  signedOut = "Tutor: signed out",
  connecting = "Tutor: connecting…",
  reconnecting = "Tutor: connection lost, reconnecting…",
  offline = "Tutor: offline",
  tooManyWindows = "Tutor: open in too many windows",
  stopped = "Tutor: stopped",
}

---@type string?
local state

--- The language server's sentence about the state, for the student.
---@type string?
M.message = nil

local account, course, module ---@type string?, string?, string?
local remaining ---@type integer?

--- Set the state: one of `tutor/status/didChange`, "starting" or "stopped". nil: the tutor is not in use.
---@param new_state? string
---@param message? string
---@param known? { account?: string, course?: string, module?: string }
function M.set(new_state, message, known)
  state, M.message = new_state, message
  known = known or {}
  account, course, module = known.account, known.course, known.module
  if state == "signedOut" or state == "local" then
    remaining = nil
  end
  vim.cmd.redrawstatus({ bang = true })
end

--- Set how many messages are left today, after an answer of a service.
---@param count? integer
function M.count(count)
  remaining = count or remaining
end

--- Return who is signed in, in which course and module, and how many messages are left today, as far as it is known.
---@return string
function M.details()
  local known = {}
  table.insert(known, account)
  table.insert(known, course and ("course %s"):format(course) or nil)
  table.insert(known, module and ("module %s"):format(module) or nil)
  table.insert(known, remaining and ("%d messages left today"):format(remaining) or nil)
  return table.concat(known, " · ")
end

--- Return whether the tutor answers on this computer, without a service.
---@return boolean
function M.is_local()
  return state == "local"
end

--- Return the state in a few words. It is empty if the tutor is not in use.
---@return string
function M.text()
  return state and (TEXTS[state] or "Tutor") or ""
end

return M
