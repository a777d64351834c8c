--- A floating window beside a line of code: below it, or above where there is more room; it grows with its text.

local MAX_WIDTH = 80
local BORDER = 2

---@class tutor.Float
---@field window integer
---@field private _code integer the window with the code
---@field private _place tutor.Place
---@field private _rows integer of text
---@field private _anchor table where the float is, in Neovim's words
---@field private _room integer how many rows are free there, with the border
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
  local self = setmetatable({ _code = code, _place = place, _rows = 1 }, Float)
  local looks = { style = "minimal", border = border() }
  self.window = vim.api.nvim_open_win(bufnr, true, self:_config(looks))
  return self
end

--- Make room for so many rows of text, as far as there is any.
---@param rows integer
function Float:fit(rows)
  self._rows = rows
  vim.api.nvim_win_set_config(self.window, self:_config({}))
end

--- Show a title, and below the text which keys do what.
---@param title string
---@param keys string
function Float:label(title, keys)
  local label = {
    title = (" %s "):format(title),
    footer = { { (" %s "):format(keys), "Comment" } },
    footer_pos = "right",
  }
  vim.api.nvim_win_set_config(self.window, self:_config(label))
end

---@private
---@param more table
---@return table
function Float:_config(more)
  self:_find_room()
  return vim.tbl_extend("error", self._anchor, more, {
    width = math.max(math.min(MAX_WIDTH, vim.o.columns - BORDER), 1),
    height = math.max(math.min(self._rows, self._room - BORDER), 1),
  })
end

--- Find the room below the place's line, or above it. With the line out of sight, the float stays where it is.
---@private
function Float:_find_room()
  local screen_rows = vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0)
  local first, last, column = self:_on_screen()
  if first > 0 and last > 0 then
    local above, below = first - 1, screen_rows - last
    if below >= above then
      self._anchor, self._room = { anchor = "NW", row = last, col = column - 1 }, below
    else
      self._anchor, self._room = { anchor = "SW", row = first - 1, col = column - 1 }, above
    end
  elseif not self._anchor then
    self._anchor, self._room = { anchor = "NW", row = 0, col = 0 }, screen_rows
  end
  self._anchor.relative = "editor"
end

---@private
---@return integer first screen row of the place's line, counted from 1 as all of these; 0: out of sight
---@return integer last row
---@return integer column
function Float:_on_screen()
  local is_shown = self._place:exists()
    and vim.api.nvim_win_is_valid(self._code)
    and vim.api.nvim_win_get_buf(self._code) == self._place.bufnr
  if not is_shown then
    return 0, 0, 0
  end
  local row = self._place:now()
  local line = vim.api.nvim_buf_get_lines(self._place.bufnr, row, row + 1, false)[1] or ""
  local start = vim.fn.screenpos(self._code, row + 1, 1)
  return start.row, vim.fn.screenpos(self._code, row + 1, math.max(#line, 1)).row, start.col
end

return Float
