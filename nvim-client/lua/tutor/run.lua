--- Run the student's file, and go to the line where it fails.

local client = require("tutor.client")
local position = require("tutor.position")

local M = {}

---@class tutor.Run
---@field bufnr integer
---@field client_id? integer set once the request has been sent
---@field request_id? integer

---@type tutor.Run? the running program
local current

---@param text string
---@param highlight string
local function show(text, highlight)
  vim.api.nvim_echo({ { text, highlight } }, true, {})
end

--- Add a window's cursor position to its jump list, for the way back.
---@param window integer
local function remember_place(window)
  vim.api.nvim_win_call(window, function()
    vim.cmd.normal({ "m'", bang = true })
  end)
end

--- Go to the line where the program failed, in a window that shows the file.
---@param bufnr integer
---@param range lsp.Range
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function go_to(bufnr, range, encoding)
  local window = vim.fn.bufwinid(bufnr)
  if window > 0 then
    local row, byte = position.from_lsp(bufnr, range.start, encoding)
    vim.api.nvim_win_set_cursor(window, { row + 1, byte })
  end
end

--- Go to the line in another file of the student's where the program failed, in the window of the program.
---@param bufnr integer the buffer of the program
---@param origin lsp.Location
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return boolean # whether the file could be shown
local function go_to_other(bufnr, origin, encoding)
  local other = vim.uri_to_bufnr(origin.uri)
  local window = vim.fn.bufwinid(bufnr)
  if not pcall(vim.fn.bufload, other) or (window <= 0 and vim.fn.bufwinid(other) <= 0) then
    return false
  end
  vim.bo[other].buflisted = true
  if vim.fn.bufwinid(other) > 0 then
    vim.api.nvim_set_current_win(vim.fn.bufwinid(other))
  else
    remember_place(window)
    vim.api.nvim_win_set_buf(window, other)
  end
  go_to(other, origin.range, encoding)
  return true
end

---@param run tutor.Run
---@param result table `RunEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function tell(run, result, encoding)
  local is_elsewhere = result.origin and go_to_other(run.bufnr, result.origin, encoding)
  if result.range and not is_elsewhere then
    local window = vim.fn.bufwinid(run.bufnr)
    if window > 0 then
      remember_place(window)
    end
    go_to(run.bufnr, result.range, encoding)
  end
  local went_well = result.reason == "completed" and result.exitStatus == 0
  local output = result.output and result.output:gsub("\n*$", "\n") or ""
  local message = result.range and result.message:gsub("%.?$", ". :TutorAsk explains.", 1) or result.message
  show(output .. message, went_well and "MoreMsg" or "WarningMsg")
end

---@param run tutor.Run
---@param lsp_client vim.lsp.Client
local function request(run, lsp_client)
  local params = { command = "tutor.run", arguments = { { uri = vim.uri_from_bufnr(run.bufnr) } } }
  run.client_id = lsp_client.id
  run.request_id = client.request(lsp_client, run.bufnr, "workspace/executeCommand", params, function(error, result)
    if current ~= run then
      return
    end
    current = nil
    if error then
      show(error.message, "ErrorMsg")
    else
      tell(run, result, lsp_client.offset_encoding)
    end
  end)
end

--- Save the file of the current buffer and run it.
function M.run()
  local bufnr = vim.api.nvim_get_current_buf()
  if not client.is_for(bufnr) then
    vim.notify("Only Python files can be run: run from your code.", vim.log.levels.WARN)
    return
  end
  local was_saved, complaint = pcall(vim.cmd.update)
  if not was_saved then
    show((complaint:gsub("^.-(E%d+:)", "%1")), "ErrorMsg")
    return
  end
  local run = { bufnr = bufnr }
  current = run
  show("Running… :TutorStop ends it.", "Comment")
  client.with(bufnr, function(lsp_client)
    if current == run then
      request(run, lsp_client)
    end
  end, function(reason)
    if current == run then
      current = nil
      show(reason, "ErrorMsg")
    end
  end)
end

--- Stop the running program.
---@return boolean # whether there was one
function M.stop()
  local run = current
  current = nil
  if run and run.request_id then
    client.cancel_request(run.client_id, run.request_id)
  end
  if run then
    show("Stopped.", "Comment")
  end
  return run ~= nil
end

---@param client_id integer
function M.on_server_stopped(client_id)
  if current and current.client_id == client_id then
    current = nil
    show(client.STOPPED, "ErrorMsg")
  end
end

return M
