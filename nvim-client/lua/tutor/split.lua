--- A split window for answers: at the right of a wide screen, else at the bottom.

local WIDE_COLUMNS = 160
local WIDTH = 80
local SHARE_OF_HEIGHT = 0.4

---@class tutor.Split
---@field window integer
local Split = {}
Split.__index = Split

--- Open the split on a buffer and enter it.
---@param bufnr integer
---@return tutor.Split
function Split.open(bufnr)
  local config = { split = "below", win = -1, height = math.floor(vim.o.lines * SHARE_OF_HEIGHT) }
  if vim.o.columns >= WIDE_COLUMNS then
    config = { split = "right", win = -1, width = WIDTH }
  end
  return setmetatable({ window = vim.api.nvim_open_win(bufnr, true, config) }, Split)
end

--- Do nothing: the student may have chosen the size.
function Split.fit(_, _, _) end

--- Do nothing: a split does not move.
function Split.move(_, _, _) end

function Split.begin(_) end

--- Show a title and the keys.
---@param title string
---@param keys string
function Split:label(title, keys)
  vim.wo[self.window][0].winbar = ("%%#FloatTitle# %s %%*%%=%%#Comment#%s "):format(title, keys)
end

return Split
