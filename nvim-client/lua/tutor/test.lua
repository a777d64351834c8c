--- Run the tests of the student's file, list what passed, and ask about the first failure.

local FileCommand = require("tutor.file_command")

local M = {}

local WORDS = { passed = "passes ", failed = "FAILS  ", error = "FAILS  ", skipped = "skipped" }

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
  local bufnr = FileCommand.open_in(result.uri, vim.api.nvim_get_current_win())
  if bufnr then
    vim.api.nvim_set_current_win(vim.fn.bufwinid(bufnr))
    FileCommand.go_to(bufnr, result.position, encoding)
  end
end

---@param _ integer
---@param result table `TestsEnded`
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function tell(_, result, encoding)
  if result.reason == "cancelled" then
    FileCommand.show(result.message, "Comment")
    return
  end
  local passes = result.reason == "passed"
  require("tutor.trace").remember(result.trace)
  vim.fn.setqflist({}, " ", { title = "Tests: " .. result.message, items = items_of(result) })
  if not passes then
    vim.cmd("botright copen 8 | wincmd p")
  end
  FileCommand.show(result.message, passes and "MoreMsg" or "WarningMsg")
  if result.position then
    go_to(result, encoding)
    require("tutor.ask").ask()
  end
end

local command = FileCommand.new("tutor.test", "tested", tell)

--- Save the file of the current buffer, run its tests, and ask about the first that fails.
function M.test()
  command:start("Testing… :TutorStop ends it.")
end

--- Stop the running tests.
---@return boolean # whether there were any
function M.stop()
  return command:stop()
end

---@param client_id integer
function M.on_server_stopped(client_id)
  command:on_server_stopped(client_id)
end

return M
