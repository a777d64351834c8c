--- Ask the tutor one question at a time, from the key press to the end of the answer.

local Place = require("tutor.place")
local client = require("tutor.client")
local diagnostics = require("tutor.diagnostics")
local ending = require("tutor.ending")
local position = require("tutor.position")
local status = require("tutor.status")
local view = require("tutor.view")

local M = {}

local TITLE = "Ask tutor"

--- States of the connection in which the answer is delayed.
local HOLD_UPS = { connecting = true, reconnecting = true }

---@class tutor.Question
---@field text? string the student's own words
---@field locally? boolean whether this computer answers, whatever service is set
---@field follow_up_to? string the id of the answer that the question is about

---@class tutor.Ask
---@field id string the UUID that the answer's notifications carry
---@field place tutor.Place
---@field question tutor.Question
---@field client_id? integer set once the ask has been sent to the language server
---@field is_last? boolean whether there is no next hint

---@type tutor.Ask? the running ask
local current
---@type tutor.Place? the place last asked about
local place
---@type tutor.Question? the last question, if it has no complete answer: asking again repeats it
local unanswered
---@type { id: string, locally: boolean }? the last complete answer at the place last asked about
local answered
local is_local = false -- whether this computer answers at the place last asked about
local waits_for_sign_in = false

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

--- Cancel the running answer. What still comes of it is not shown.
local function abandon()
  local ask = current
  current = nil
  if ask and ask.client_id then
    client.notify(ask.client_id, "tutor/answer/cancel", { askId = ask.id })
  end
end

--- End the ask without a complete answer. The same question can be asked again.
---@param note string
---@param highlight? string
---@param offers? tutor.Offer[] besides asking again
local function give_up(note, highlight, offers)
  unanswered = current and current.question
  current = nil
  view.finish(vim.list_extend({ ending.ASK_AGAIN }, offers or {}), note, highlight)
end

local function on_close()
  abandon()
  waits_for_sign_in = false
end

---@param where tutor.Place
---@param is_fresh boolean
---@param question tutor.Question
---@return tutor.Ask
local function begin(where, is_fresh, question)
  abandon()
  if place and place ~= where then
    place:forget()
  end
  if is_fresh then
    answered = nil
  end
  place, is_local = where, question.locally or false
  view.begin(where, is_fresh, { next = function() M.next() end, stop = M.stop, on_close = on_close })
  unanswered, waits_for_sign_in = nil, false -- only after the earlier window has closed
  current = { id = new_id(), place = where, question = question }
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
  argument = vim.tbl_extend("force", argument, {
    askId = ask.id,
    diagnostics = #all > 0 and all or nil,
    question = ask.question.text,
    followUpTo = ask.question.follow_up_to,
    ["local"] = ask.question.locally or nil,
  })
  ask.client_id = lsp_client.id
  local params = { command = "tutor.ask", arguments = { argument } }
  client.request(lsp_client, bufnr, "workspace/executeCommand", params, function(error)
    if error and current == ask then
      give_up(error.message, "DiagnosticError")
    end
  end)
end

--- Request the code action at the place of the ask, and execute it.
---@param ask tutor.Ask
---@param lsp_client vim.lsp.Client
local function request_action(ask, lsp_client)
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
      send(ask, lsp_client, action.command.arguments[1])
    else
      give_up(error and error.message or "The tutor has nothing to offer here.", "DiagnosticError")
    end
  end)
end

---@param where tutor.Place
---@param is_fresh boolean
---@param question tutor.Question
local function ask_at(where, is_fresh, question)
  local ask = begin(where, is_fresh, question)
  client.with(where.bufnr, function(lsp_client)
    if current == ask then
      request_action(ask, lsp_client)
    end
  end, function(reason)
    if current == ask then
      give_up(reason, "DiagnosticError")
    end
  end)
end

--- Return whether the cursor is at the place of the last answer.
---@param bufnr integer
---@return boolean
local function is_at_answer(bufnr)
  return answered ~= nil
    and place ~= nil
    and place.bufnr == bufnr
    and place:exists()
    and place:now() == vim.api.nvim_win_get_cursor(0)[1] - 1
end

--- Ask about the cursor's position or a range of lines. In the answer's window, ask again about the answer's place.
---
--- A question there, or at the line of the answer, is about that answer.
---@param question? string
---@param lines? integer[] the first and the last line, counted from 1
---@param locally? boolean whether this computer answers, whatever service is set
function M.ask(question, lines, locally)
  local bufnr = vim.api.nvim_get_current_buf()
  question = question ~= "" and question or nil
  if view.is_shown_in(bufnr) or (question and not lines and is_at_answer(bufnr)) then
    M.next(question, locally)
    return
  elseif require("tutor.run").asks_from(bufnr) then
    return
  elseif not client.is_for(bufnr) then
    vim.notify("The tutor answers questions about Python files: ask from your code.", vim.log.levels.WARN)
    return
  end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local where = lines and Place.new(bufnr, lines[1] - 1, 0, lines[2] - 1) or Place.new(bufnr, cursor[1] - 1, cursor[2])
  ask_at(where, true, { text = question, locally = locally })
end

--- Ask again at the place last asked about: repeat the question without a complete answer, else ask for the next hint.
---
--- A new question is about the last answer, if the same tutor is asked.
---@param question? string
---@param locally? boolean whether this computer answers; by default as the last time
function M.next(question, locally)
  if not place then
    vim.notify("Ask about a line first, with :TutorAsk.", vim.log.levels.WARN)
  elseif not place:exists() then
    vim.notify("The code that you asked about is closed. Ask anew with :TutorAsk.", vim.log.levels.WARN)
  else
    if locally == nil then
      locally = is_local
    end
    local about = answered and answered.locally == locally and answered.id or nil
    if not question and unanswered then
      question, about = unanswered.text, locally == (unanswered.locally or false) and unanswered.follow_up_to or nil
    elseif not question then
      about = nil
    end
    ask_at(place, false, { text = question, locally = locally, follow_up_to = about })
  end
end

--- Return the buffer last asked about, if it is open.
---@return integer?
function M.buffer()
  return place and place:exists() and place.bufnr or nil
end

--- Stop the running answer.
---@return boolean # whether there was one
function M.stop()
  local is_awaited = current ~= nil
  if current and current.client_id then
    client.notify(current.client_id, "tutor/answer/cancel", { askId = current.id }) -- the server then sends `didEnd`
  elseif current then
    give_up("Stopped. " .. ending.HOW_TO_ASK_AGAIN)
  end
  return is_awaited
end

--- Ask after "Ask tutor" was chosen from a menu of code actions.
---@param command lsp.Command
---@param context { bufnr: integer, client_id: integer }
function M.chosen(command, context)
  local lsp_client = assert(vim.lsp.get_client_by_id(context.client_id))
  local argument = command.arguments[1]
  local row, byte = position.from_lsp(context.bufnr, argument.position, lsp_client.offset_encoding)
  send(begin(Place.new(context.bufnr, row, byte), true, {}), lsp_client, argument)
end

--- Go to the code that the answer is about, if a run failed in another file than the one asked about.
---@param params { uri: string, range: lsp.Range }
local function go_along(params)
  local bufnr = vim.uri_to_bufnr(params.uri)
  local lsp_client = current.client_id and vim.lsp.get_client_by_id(current.client_id)
  if bufnr == current.place.bufnr or not lsp_client or not pcall(vim.fn.bufload, bufnr) then
    return
  end
  vim.bo[bufnr].buflisted = true
  local row, byte = position.from_lsp(bufnr, params.range.start, lsp_client.offset_encoding)
  local before = current.place
  place = Place.new(bufnr, row, byte)
  current.place = place
  view.move(place, before, on_close)
  before:forget()
end

---@param params table of `tutor/answer/didStart`
function M.on_start(params)
  if current and params.askId == current.id then
    current.is_last = params.change == "solved" or params.hintLevel >= params.maxHintLevel
    go_along(params)
    view.head(params.label, params.levelNote)
  end
end

---@param params { askId: string, place: integer, message?: string }
function M.on_queue(params)
  if current and params.askId == current.id then
    view.hold_up(params.message)
  end
end

---@param params { askId: string, delta: string }
function M.on_update(params)
  if current and params.askId == current.id then
    view.append(params.delta)
  end
end

local function answer_here()
  M.next(nil, true)
end

---@param params table of `tutor/answer/didEnd`
function M.on_end(params)
  status.count(params.remainingToday)
  if not (current and params.askId == current.id) then
    return
  elseif params.reason == "completed" then
    local is_last = current.is_last
    answered = params.answerId and { id = params.answerId, locally = current.question.locally or false }
    current = nil
    view.finish({ is_last and ending.ASK_AGAIN or ending.NEXT_HINT }, ending.remark(params))
    return
  end
  if params.code == "NOT_FOUND" then
    current.question.follow_up_to = nil
  end
  local is_bad = params.reason == "refused" or params.reason == "failed"
  give_up(ending.remark(params), is_bad and "DiagnosticError" or "Comment", is_local and {} or ending.ways_out(params, answer_here))
  waits_for_sign_in = params.code == "UNAUTHENTICATED"
  if params.code == "COURSE_NEEDED" and place then
    local about = place
    require("tutor.course").choose(nil, about.bufnr, function()
      if place == about and not current then
        M.next() -- the question is asked again
      end
    end)
  end
end

---@param params { state: string, message: string }
function M.on_status(params)
  if current then
    view.hold_up(HOLD_UPS[params.state] and params.message or nil)
  elseif waits_for_sign_in and params.state == "ready" then
    M.next() -- the question is asked again
  end
end

--- Show a message of the language server about signing in, if the question waits for the sign-in.
---@param text string
---@return boolean # whether it is shown
function M.on_message(text)
  return waits_for_sign_in and view.remark(text)
end

---@param client_id integer
function M.on_server_stopped(client_id)
  if current and current.client_id == client_id then
    give_up(client.STOPPED, "DiagnosticError")
  end
end

return M
