--- Run the tests of the student's file, list what passed, and ask about the first failure.

local client = require("tutor.client")
local position = require("tutor.position")

local M = {}

local WORDS = { passed = "passes ", failed = "FAILS  ", error = "FAILS  ", skipped = "skipped" }

---@class tutor.TestRun
---@field bufnr integer
---@field client_id? integer set once the request has been sent
---@field request_id? integer

---@type tutor.TestRun? the running tests
local current

---@param text string
---@param highlight string
local function show(text, highlight)
  vim.api.nvim_echo({ { text, highlight } }, true, {})
end

--- Return the list of the tests for the quickfix window. Only failing tests lead to a place.
---@param result table `TestsEnded`
---@return table[]
local function items_of(result)
  local items = {}
  for _, test in ipairs(result.tests or {}) do
    local fails = test.outcome == "failed" or test.outcome == "error"
    local item = { text = WORDS[test.outcome] .. " " .. test.name, valid = 0 }
    if fails then
      item.filename = vim.uri_to_fname(result.uri)
      item.lnum = result.position and result.position.line + 1 or 1
      item.type, item.valid = "E", 1
    end
    table.insert(items, item)
    for _, line in ipairs(fails and test.message and vim.split(test.message, "\n") or {}) do
      table.insert(items, { text = "        " .. line, valid = 0 })
    end
  end
  table.insert(items, { text = result.message, valid = 0 })
  return items
end

--- Go to the place to ask at, in a window that shows the program.
---@param result table `TestsEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function go_to(result, encoding)
  local bufnr = vim.uri_to_bufnr(result.uri)
  vim.fn.bufload(bufnr)
  vim.bo[bufnr].buflisted = true
  local window = vim.fn.bufwinid(bufnr)
  if window <= 0 then
    vim.cmd.normal({ "m'", bang = true })
    vim.api.nvim_win_set_buf(0, bufnr)
    window = vim.api.nvim_get_current_win()
  end
  vim.api.nvim_set_current_win(window)
  local row, byte = position.from_lsp(bufnr, result.position, encoding)
  vim.api.nvim_win_set_cursor(window, { row + 1, byte })
end

---@param result table `TestsEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function tell(result, encoding)
  if result.reason == "cancelled" then
    show(result.message, "Comment")
    return
  end
  local passes = result.reason == "passed"
  require("tutor.trace").remember(result.trace)
  vim.fn.setqflist({}, " ", { title = "Tests: " .. result.message, items = items_of(result) })
  if not passes then
    vim.cmd("botright copen 8 | wincmd p")
  end
  show(result.message, passes and "MoreMsg" or "WarningMsg")
  if result.position then
    go_to(result, encoding)
    require("tutor.ask").ask()
  end
end

---@param run tutor.TestRun
---@param lsp_client vim.lsp.Client
local function request(run, lsp_client)
  local params = { command = "tutor.test", arguments = { { uri = vim.uri_from_bufnr(run.bufnr) } } }
  run.client_id = lsp_client.id
  run.request_id = client.request(lsp_client, run.bufnr, "workspace/executeCommand", params, function(error, result)
    if current ~= run then
      return
    end
    current = nil
    if error then
      show(error.message, "ErrorMsg")
    else
      tell(result, lsp_client.offset_encoding)
    end
  end)
end

--- Save the file of the current buffer, run its tests, and ask about the first that fails.
function M.test()
  local bufnr = vim.api.nvim_get_current_buf()
  if not client.is_for(bufnr) then
    vim.notify("Only Python files can be tested: test from your code.", vim.log.levels.WARN)
    return
  end
  local was_saved, complaint = pcall(vim.cmd.update)
  if not was_saved then
    show((complaint:gsub("^.-(E%d+:)", "%1")), "ErrorMsg")
    return
  end
  local run = { bufnr = bufnr }
  current = run
  show("Testing… :TutorStop ends it.", "Comment")
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

--- Stop the running tests.
---@return boolean # whether there were any
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
