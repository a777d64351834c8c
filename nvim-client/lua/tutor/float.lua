--- A floating window beside a line of code: below it, or above where there is more room; it grows with its text.

local MAX_WIDTH = 80
local BORDER = 2

---@class tutor.Float
---@field window integer
---@field private _code integer the window with the code
---@field private _place tutor.Place
local Float = {}
Float.__index = Float

--- The user's own kind of border (Neovim 0.11), unless it is none: a title needs one.
---@return string?
local function border()
  local chosen = vim.fn.exists("&winborder") == 1 and vim.o.winborder or ""
  return (chosen == "" or chosen == "none") and "rounded" or nil
end

--- Open the float on a buffer and enter it.
---@param bufnr integer
---@param place tutor.Place
---@param code integer the window with the code
---@return tutor.Float
function Float.open(bufnr, place, code)
  local self = setmetatable({ _code = code, _place = place }, Float)
  local config = self:_config(1)
  config.style = "minimal"
  config.border = border()
  self.window = vim.api.nvim_open_win(bufnr, true, config)
  return self
end

--- Make room for so many rows of text, as far as there is any.
---@param rows integer
function Float:fit(rows)
  vim.api.nvim_win_set_config(self.window, self:_config(rows))
end

--- Show a title, and below the text which keys do what.
---@param title string
---@param keys string
function Float:label(title, keys)
  vim.api.nvim_win_set_config(self.window, {
    title = (" %s "):format(title),
    footer = { { (" %s "):format(keys), "Comment" } },
    footer_pos = "right",
  })
end

---@private
---@param rows integer
---@return table
function Float:_config(rows)
  local screen_rows = vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0)
  local first, last = self:_screen_rows()
  local config, room
  if first then
    local above, below = first - 1, screen_rows - last
    config = { relative = "win", win = self._code, bufpos = { self._place:now(), 0 }, col = 0 }
    if below >= above then
      config.anchor, config.row, room = "NW", last - first + 1, below
    else
      config.anchor, config.row, room = "SW", 0, above
    end
  else
    config, room = { relative = "editor", anchor = "NW", row = 0, col = 0 }, screen_rows
  end
  config.width = math.max(math.min(MAX_WIDTH, vim.o.columns - BORDER), 1)
  config.height = math.max(math.min(rows, room - BORDER), 1)
  return config
end

---@private
---@return integer? first screen row of the place's line; nil where it is out of sight
---@return integer last screen row
function Float:_screen_rows()
  local is_shown = self._place:exists()
    and vim.api.nvim_win_is_valid(self._code)
    and vim.api.nvim_win_get_buf(self._code) == self._place.bufnr
  if not is_shown then
    return nil, 0
  end
  local row = self._place:now()
  local line = vim.api.nvim_buf_get_lines(self._place.bufnr, row, row + 1, false)[1] or ""
  local first = vim.fn.screenpos(self._code, row + 1, 1).row
  local last = vim.fn.screenpos(self._code, row + 1, math.max(#line, 1)).row
  if first == 0 or last == 0 then
    return nil, 0
  end
  return first, last
end

return Float
