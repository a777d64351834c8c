--- A terminal below the code, in which the student's program runs: it has the keyboard, and its output streams.

local SHARE_OF_HEIGHT = 0.4
local SMALLEST = 8
local WHILE_RUNNING = "Ctrl-C stops it"

---@class tutor.Terminal
---@field window integer
---@field bufnr integer
---@field job integer
local Terminal = {}
Terminal.__index = Terminal

--- Open a terminal below a window, start a command in it, and enter it.
---@param code integer the window with the code
---@param name string the name of the program
---@param run { command: string[], folder: string, environment: table<string, string> }
---@param on_exit fun(status: integer)
---@return tutor.Terminal
function Terminal.open(code, name, run, on_exit)
  local bufnr = vim.api.nvim_create_buf(false, true)
  local height = math.max(SMALLEST, math.floor(vim.o.lines * SHARE_OF_HEIGHT))
  local window = vim.api.nvim_open_win(bufnr, true, { split = "below", win = code, height = height })
  local self = setmetatable({ window = window, bufnr = bufnr }, Terminal)
  local options = {
    cwd = run.folder,
    env = run.environment,
    on_exit = function(_, status)
      if vim.api.nvim_get_current_buf() == bufnr then
        vim.cmd.stopinsert() -- else the next key would close the terminal
      end
      on_exit(status)
    end,
  }
  if vim.fn.has("nvim-0.11") == 1 then
    options.term = true
    self.job = vim.fn.jobstart(run.command, options)
  else
    self.job = vim.fn.termopen(run.command, options)
  end
  vim.bo[bufnr].bufhidden = "wipe" -- closing the window ends the program
  pcall(vim.api.nvim_buf_set_name, bufnr, "tutor://run") -- the terminal's own name is that of the interpreter
  vim.wo[window][0].winfixbuf = true
  vim.wo[window][0].number = false
  vim.wo[window][0].relativenumber = false
  vim.wo[window][0].signcolumn = "no"
  self:label(name, WHILE_RUNNING)
  vim.cmd.startinsert()
  return self
end

---@return boolean
function Terminal:is_open()
  return vim.api.nvim_win_is_valid(self.window) and vim.api.nvim_buf_is_valid(self.bufnr)
end

--- Show the keys and what has happened above the output. What does not fit is cut at the end.
---@param text string
---@param keys string
function Terminal:label(text, keys)
  if self:is_open() then
    local shown = text:gsub("%s+", " "):gsub("%%", "%%%%")
    vim.wo[self.window][0].winbar = ("%%#Comment# %s %%*%%#FloatTitle# %s %%*%%<"):format(keys, shown)
  end
end

--- Map a key in the terminal's window, for the time after the program's end.
---@param key string
---@param action fun()
---@param what string
function Terminal:map(key, action, what)
  vim.keymap.set("n", key, action, { buffer = self.bufnr, nowait = true, desc = what })
end

--- End the program, if it still runs.
function Terminal:stop()
  vim.fn.jobstop(self.job)
end

--- Close the window. This ends the program, if it still runs.
function Terminal:close()
  if self:is_open() then
    vim.api.nvim_win_close(self.window, true)
  end
end

return Terminal
