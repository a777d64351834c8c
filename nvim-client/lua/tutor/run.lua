--- Run the student's file in a terminal below it, and show the line where it fails.

local FileCommand = require("tutor.file_command")
local Terminal = require("tutor.terminal")
local client = require("tutor.client")

local M = {}

local KEYS_AFTER_FAILURE = "h hint · q close"
local KEYS_AT_END = "q close"

---@class tutor.Run
---@field terminal tutor.Terminal
---@field code integer the window with the code
---@field is_over boolean
---@field can_ask boolean

---@type tutor.Run? the program that runs, or that ran last and whose terminal is still open
local current

--- Close the terminal of the last run, and go to the code.
local function close()
  local run = current
  current = nil
  if not run then
    return
  end
  run.terminal:close()
  if vim.api.nvim_win_is_valid(run.code) then
    vim.api.nvim_set_current_win(run.code)
  end
end

--- Close the terminal, and ask about the line where the program failed.
local function ask()
  if current and current.can_ask then
    close()
    require("tutor.ask").ask()
  end
end

--- Show the line where the program failed in the window with the code, which may then show another file.
---@param run tutor.Run
---@param bufnr integer the buffer of the program
---@param result table `RunEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function show_line(run, bufnr, result, encoding)
  if not vim.api.nvim_win_is_valid(run.code) then
    return
  end
  local shown = result.origin and FileCommand.open_in(result.origin.uri, run.code)
  if shown then
    local window = vim.fn.bufwinid(shown)
    run.code = window > 0 and window or run.code
    FileCommand.go_to(shown, result.origin.range.start, encoding)
    run.can_ask = true
  elseif result.range and vim.api.nvim_win_get_buf(run.code) == bufnr then
    FileCommand.go_to(bufnr, result.range.start, encoding)
    run.can_ask = true
  end
end

---@param run tutor.Run
---@param bufnr integer
---@param result table `RunEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function tell(run, bufnr, result, encoding)
  show_line(run, bufnr, result, encoding)
  if run.terminal:is_open() then
    run.terminal:label(result.message, run.can_ask and KEYS_AFTER_FAILURE or KEYS_AT_END)
  else
    FileCommand.show(result.message, result.reason == "failed" and "WarningMsg" or "MoreMsg")
  end
end

--- Ask the language server how a program ended.
---@param run tutor.Run
---@param bufnr integer
---@param id string
---@param status integer
local function conclude(run, bufnr, id, status)
  run.is_over = true
  if current ~= run then
    return
  end
  if run.terminal:is_open() then
    run.terminal:map("q", close, "Close the run of the program")
    run.terminal:map("h", ask, "Ask the tutor about the failure")
  end
  client.with(bufnr, function(lsp_client)
    local params = { command = "tutor.endRun", arguments = { { runId = id, exitStatus = status } } }
    client.request(lsp_client, bufnr, "workspace/executeCommand", params, function(error, result)
      if current == run and error then
        run.terminal:label(error.message, KEYS_AT_END)
      elseif current == run then
        tell(run, bufnr, result, lsp_client.offset_encoding)
      end
    end)
  end, function(reason)
    run.terminal:label(reason, KEYS_AT_END)
  end)
end

---@param bufnr integer
---@param result table `TerminalRun`
local function begin(bufnr, result)
  local window = vim.fn.bufwinid(bufnr)
  local run = { code = window > 0 and window or vim.api.nvim_get_current_win(), is_over = false, can_ask = false }
  current = run
  local name = vim.fs.basename(vim.api.nvim_buf_get_name(bufnr))
  run.terminal = Terminal.open(run.code, name, result, function(status)
    conclude(run, bufnr, result.runId, status)
  end)
end

local command = FileCommand.new("tutor.runInTerminal", "run", begin)

--- Save the file of the current buffer and run it. A program that still runs is ended.
function M.run()
  if current and vim.api.nvim_get_current_buf() == current.terminal.bufnr then
    close() -- the program is run again from its terminal
  elseif current then
    local before = current
    current = nil
    before.terminal:close()
  end
  command:start()
end

--- Ask about the last failure, if a buffer is the terminal of the program.
---@param bufnr integer
---@return boolean # whether it is
function M.asks_from(bufnr)
  local is_its = current ~= nil and current.terminal.bufnr == bufnr
  if is_its then
    ask()
  end
  return is_its
end

--- Stop the running program.
---@return boolean # whether there was one
function M.stop()
  if current and not current.is_over then
    current.terminal:stop()
    return true
  end
  return command:stop()
end

---@param client_id integer
function M.on_server_stopped(client_id)
  command:on_server_stopped(client_id)
end

return M
