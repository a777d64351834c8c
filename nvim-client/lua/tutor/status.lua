--- How the tutor is reached, for the status line.

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

--- What the language server says about it, a sentence for the student.
---@type string?
M.message = nil

--- Take the state of the connection, one of `tutor/status/didChange`, "starting" or "stopped"; nil: not in use.
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

--- Give the state in a few words; empty where the tutor is not in use.
---@return string
function M.text()
  return state and (TEXTS[state] or "Tutor") or ""
end

return M
