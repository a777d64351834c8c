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

--- Set the state: one of `tutor/status/didChange`, "starting" or "stopped". nil: the tutor is not in use.
---@param new_state? string
---@param message? string
function M.set(new_state, message)
  state, M.message = new_state, message
  vim.cmd.redrawstatus({ bang = true })
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
