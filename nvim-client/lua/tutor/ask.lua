--- One question to the tutor at a time, from the key press to the end of its answer.

local Place = require("tutor.place")
local client = require("tutor.client")
local diagnostics = require("tutor.diagnostics")
local position = require("tutor.position")
local view = require("tutor.view")

local M = {}

local TITLE = "Ask tutor"
local FEW_QUESTIONS = 10

--- States of the connection in which an answer has to wait.
local HOLD_UPS = { connecting = true, reconnecting = true }

---@class tutor.Ask
---@field id string the UUID that the answer's notifications carry
---@field place tutor.Place
---@field client_id? integer once the language server has been asked

---@type tutor.Ask? the question whose answer is awaited
local current
---@type tutor.Place? the place last asked about
local place

---@return string # a random UUID (RFC 9562, version 4)
local function new_id()
  local bytes = { vim.uv.random(16):byte(1, -1) }
  bytes[7] = bytes[7] % 16 + 64
  bytes[9] = bytes[9] % 64 + 128
  local hex = vim.iter(bytes):map(function(byte)
    return ("%02x"):format(byte)
  end)
  return (hex:join(""):gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)", "%1-%2-%3-%4-"))
end

--- Let go of the answer that is awaited: what still comes of it is not shown.
local function abandon()
  local ask = current
  current = nil
  if ask and ask.client_id then
    client.notify(ask.client_id, "tutor/answer/cancel", { askId = ask.id })
  end
end

---@param note? string
---@param highlight? string
local function finish(note, highlight)
  current = nil
  view.finish(note, highlight)
end

---@param where tutor.Place
---@param is_fresh boolean
---@return tutor.Ask
local function begin(where, is_fresh)
  abandon()
  if place and place ~= where then
    place:forget()
  end
  place = where
  view.begin(where, is_fresh, { next = function() M.next() end, stop = M.stop, on_close = abandon })
  current = { id = new_id(), place = where }
  return current
end

--- Send the question. `argument` is that of the code action.
---@param ask tutor.Ask
---@param lsp_client vim.lsp.Client
---@param argument table
local function send(ask, lsp_client, argument)
  local bufnr = ask.place.bufnr
  local line = argument.position.line
  local known = diagnostics.on_rows(bufnr, line, line, lsp_client.offset_encoding)
  local all = diagnostics.joined(argument.diagnostics or {}, known)
  argument = vim.tbl_extend("force", argument, { askId = ask.id, diagnostics = #all > 0 and all or nil })
  ask.client_id = lsp_client.id
  local params = { command = "tutor.ask", arguments = { argument } }
  client.request(lsp_client, bufnr, "workspace/executeCommand", params, function(error)
    if error and current == ask then
      finish(error.message, "DiagnosticError")
    end
  end)
end

--- Ask for the code action at the question's place, and choose it.
---@param ask tutor.Ask
---@param lsp_client vim.lsp.Client
---@param question? string
local function request_action(ask, lsp_client, question)
  local bufnr, encoding = ask.place.bufnr, lsp_client.offset_encoding
  local first, byte, last = ask.place:now()
  local start = position.to_lsp(bufnr, first, byte, encoding)
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(bufnr) },
    range = { start = start, ["end"] = last == first and start or position.to_lsp(bufnr, last, 0, encoding) },
    context = {
      diagnostics = diagnostics.on_rows(bufnr, first, last, encoding),
      only = { vim.lsp.protocol.CodeActionKind.QuickFix },
      triggerKind = vim.lsp.protocol.CodeActionTriggerKind.Invoked,
    },
  }
  client.request(lsp_client, bufnr, "textDocument/codeAction", params, function(error, actions)
    if current ~= ask then
      return
    end
    local action = vim.iter(actions or {}):find(function(action)
      return action.title == TITLE
    end)
    if action then
      local argument = vim.tbl_extend("force", action.command.arguments[1], { question = question })
      send(ask, lsp_client, argument)
    else
      finish(error and error.message or "The tutor has nothing to offer here.", "DiagnosticError")
    end
  end)
end

---@param where tutor.Place
---@param is_fresh boolean
---@param question? string
local function ask_at(where, is_fresh, question)
  local ask = begin(where, is_fresh)
  client.with(where.bufnr, function(lsp_client)
    if current == ask then
      request_action(ask, lsp_client, question)
    end
  end, function(reason)
    if current == ask then
      finish(reason, "DiagnosticError")
    end
  end)
end

--- Ask about the cursor's place, or about a range of lines; from the answer's window, again about the answer's place.
---@param question? string
---@param lines? integer[] the first and the last, counted from 1
function M.ask(question, lines)
  local bufnr = vim.api.nvim_get_current_buf()
  question = question ~= "" and question or nil
  if view.is_shown_in(bufnr) then
    M.next(question)
    return
  elseif not client.is_for(bufnr) then
    vim.notify("The tutor answers questions about Python files: ask from your code.", vim.log.levels.WARN)
    return
  end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local where = lines and Place.new(bufnr, lines[1] - 1, 0, lines[2] - 1) or Place.new(bufnr, cursor[1] - 1, cursor[2])
  ask_at(where, true, question)
end

--- Ask again at the place last asked about.
---@param question? string
function M.next(question)
  if not place then
    vim.notify("Ask about a line first, with :TutorAsk.", vim.log.levels.WARN)
  elseif not place:exists() then
    vim.notify("The code that you asked about is closed. Ask anew with :TutorAsk.", vim.log.levels.WARN)
  else
    ask_at(place, false, question)
  end
end

--- Stop the answer that is awaited.
---@return boolean # whether there was one
function M.stop()
  local is_awaited = current ~= nil
  if current and current.client_id then
    client.notify(current.client_id, "tutor/answer/cancel", { askId = current.id }) -- its end comes back
  elseif current then
    finish("Stopped.")
  end
  return is_awaited
end

--- Ask because "Ask tutor" was chosen from a menu of code actions.
---@param command lsp.Command
---@param context { bufnr: integer, client_id: integer }
function M.chosen(command, context)
  local lsp_client = assert(vim.lsp.get_client_by_id(context.client_id))
  local argument = command.arguments[1]
  local row, byte = position.from_lsp(context.bufnr, argument.position, lsp_client.offset_encoding)
  send(begin(Place.new(context.bufnr, row, byte), true), lsp_client, argument)
end

---@param params { askId: string, hintLevel: integer, maxHintLevel: integer }
function M.on_start(params)
  if current and params.askId == current.id then
    local level, max = params.hintLevel, params.maxHintLevel
    view.head(("Hint %d of %d"):format(level, max), level >= max)
  end
end

---@param params { askId: string, delta: string }
function M.on_update(params)
  if current and params.askId == current.id then
    view.append(params.delta)
  end
end

---@param params table
---@return string? # what the student should know of how the answer ended
local function remark(params)
  local remarks = {}
  if params.message then
    table.insert(remarks, params.message)
  end
  if params.code == "UNAUTHENTICATED" then
    table.insert(remarks, "Here: :TutorSignIn")
  end
  if params.retryAfter then
    table.insert(remarks, ("Try again in %d s."):format(params.retryAfter))
  end
  if params.withheld then
    table.insert(remarks, "The offline tutor has completed this hint.")
  end
  if params.stale then
    table.insert(remarks, "Your code has changed since you asked.")
  end
  if params.remainingToday and params.remainingToday <= FEW_QUESTIONS then
    table.insert(remarks, ("Questions left today: %d."):format(params.remainingToday))
  end
  return #remarks > 0 and table.concat(remarks, " ") or nil
end

---@param params table
function M.on_end(params)
  if current and params.askId == current.id then
    local is_bad = params.reason == "refused" or params.reason == "failed"
    finish(remark(params), is_bad and "DiagnosticError" or "Comment")
  end
end

---@param params { state: string, message: string }
function M.on_status(params)
  if current then
    view.hold_up(HOLD_UPS[params.state] and params.message or nil)
  end
end

---@param client_id integer
function M.on_server_stopped(client_id)
  if current and current.client_id == client_id then
    finish(client.STOPPED, "DiagnosticError")
  end
end

return M
