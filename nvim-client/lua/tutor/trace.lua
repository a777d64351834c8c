--- Show the recorded run of the first failing test: each round of a loop once the student has predicted it.

local M = {}

local PREDICT = "What comes next? Write it down, then press <Space>. `a` shows everything, `q` closes."
local ALL = "`q` closes."

---@type table? the `RunTable` of the last failing test
local last

---@class tutor.TraceView
---@field table table
---@field shown integer the number of rows that are shown
---@field has_steps boolean

---@param view tutor.TraceView
---@return string[]
local function lines_of(view)
  local lines = { view.table.heading }
  if view.table.note then
    table.insert(lines, view.table.note)
  end
  table.insert(lines, "")
  if view.table.header then
    table.insert(lines, view.table.header)
  end
  vim.list_extend(lines, vim.list_slice(view.table.rows or {}, 1, view.shown))
  if view.has_steps then
    vim.list_extend(lines, { "", "The last steps, with the values that are new:" })
    vim.list_extend(lines, view.table.steps or {})
  end
  vim.list_extend(lines, { "", view.has_steps and ALL or PREDICT })
  return lines
end

---@param bufnr integer
---@param view tutor.TraceView
local function draw(bufnr, view)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines_of(view))
  vim.bo[bufnr].modifiable = false
end

--- Keep the recorded run of a test run, or forget the last one.
---@param trace table? `RunTable`
function M.remember(trace)
  last = trace
end

--- Open the recorded run in a window below, with the first round of its loop.
function M.show()
  if not last then
    vim.notify("There is no recorded run: test your file first, with :TutorTest.", vim.log.levels.WARN)
    return
  end
  local rows = #(last.rows or {})
  local view = { table = last, shown = math.min(rows, 1), has_steps = rows < 2 }
  vim.cmd("botright 12new")
  local bufnr = vim.api.nvim_get_current_buf()
  pcall(vim.api.nvim_buf_set_name, bufnr, "tutor://run")
  vim.bo[bufnr].buftype, vim.bo[bufnr].bufhidden, vim.bo[bufnr].swapfile = "nofile", "wipe", false
  vim.wo.wrap = false
  local function map(key, action)
    vim.keymap.set("n", key, action, { buffer = bufnr, nowait = true })
  end
  map("<Space>", function()
    view.shown = math.min(view.shown + 1, rows)
    view.has_steps = view.has_steps or view.shown == rows
    draw(bufnr, view)
  end)
  map("a", function()
    view.shown, view.has_steps = rows, true
    draw(bufnr, view)
  end)
  map("q", "<Cmd>close<CR>")
  draw(bufnr, view)
end

return M
