--- A floating window below a line of code, or above it if there is more room. It grows with its text.
---
--- It never covers the line. If a hint needs more room than there is, the code scrolls.

local MAX_WIDTH = 80
local BORDER = 2
local ROWS_OF_LONG_LINE = 3 -- of a wrapped line that leaves no room for the answer, only so many rows stay visible

---@class tutor.Float
---@field window integer
---@field private _code integer the window with the code
---@field private _place tutor.Place
---@field private _rows integer the rows of text of all hints
---@field private _anchor table the float's position, as Neovim's configuration
---@field private _room integer the free rows there, with the border
---@field private _wanted integer the rows that the newest hint needs, with the border
---@field private _may_scroll boolean whether the code has not yet been scrolled for the newest hint
local Float = {}
Float.__index = Float

--- Return a border if the user has set none (Neovim 0.11): a title needs one.
---@return string?
local function border()
  local chosen = vim.fn.exists("&winborder") == 1 and vim.o.winborder or ""
  return (chosen == "" or chosen == "none") and "rounded" or nil
end

---@return integer # the first screen row below the tab line; all rows here count from 1
---@return integer # the last row above status line and command line
local function screen_rows()
  local has_tabline = vim.o.showtabline == 2 or (vim.o.showtabline == 1 and #vim.api.nvim_list_tabpages() > 1)
  local has_status = vim.o.laststatus > 0
  return has_tabline and 2 or 1, vim.o.lines - vim.o.cmdheight - (has_status and 1 or 0)
end

--- Open the float on a buffer and enter it.
---@param bufnr integer
---@param place tutor.Place
---@param code integer the window with the code
---@return tutor.Float
function Float.open(bufnr, place, code)
  local self = setmetatable({ _code = code, _place = place, _rows = 1, _wanted = 1 + BORDER, _may_scroll = true }, Float)
  self:_bring_into_sight()
  local looks = { style = "minimal", border = border() }
  self.window = vim.api.nvim_open_win(bufnr, true, self:_config(looks))
  return self
end

--- Move the float beside another place.
---@param place tutor.Place
---@param code integer
function Float:move(place, code)
  self._place, self._code = place, code
  self:_bring_into_sight()
end

--- Allow the code to scroll once more, for the next hint.
function Float:begin()
  self._may_scroll = true
end

--- Fit the float to its text, as far as there is room.
---@param rows integer of all hints
---@param newest integer rows of the newest hint, which should be visible as a whole
function Float:fit(rows, newest)
  self._rows, self._wanted = rows, newest + BORDER
  self:_find_room()
  if self._wanted > self._room and self._may_scroll then
    self:_scroll_code()
    self:_find_room()
  end
  if rows + BORDER > self._room and self._wanted <= self._room then
    self._rows = newest
  end
  vim.api.nvim_win_set_config(self.window, self:_config({}))
end

--- Show a title, and the keys below the text.
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

--- Compute the float's position below the line, or above it. If the line is not visible, the float stays in place.
---@private
function Float:_find_room()
  local top, bottom = screen_rows()
  local first, last, column = self:_on_screen()
  if first then
    local above, below = first - top, bottom - last
    if math.max(above, below) < self._wanted and last - first >= ROWS_OF_LONG_LINE then
      last = first + ROWS_OF_LONG_LINE - 1
      below = bottom - last
    end
    if below >= above then
      self._anchor, self._room = { anchor = "NW", row = last, col = column - 1 }, below
    else
      self._anchor, self._room = { anchor = "SW", row = first - 1, col = column - 1 }, above
    end
  elseif not self._anchor then
    self._anchor, self._room = { anchor = "NW", row = top - 1, col = 0 }, bottom - top + 1
  end
  self._anchor.relative = "editor"
end

---@private
---@return boolean
function Float:_is_code_shown()
  return self._place:exists()
    and vim.api.nvim_win_is_valid(self._code)
    and vim.api.nvim_win_get_buf(self._code) == self._place.bufnr
end

--- Return the visible screen rows of the place's line, also if it is wrapped, partly scrolled off or folded.
---@private
---@return integer? first counted from 1; nil: the line is not visible
---@return integer last
---@return integer column where the text of the window starts
function Float:_on_screen()
  if not self:_is_code_shown() then
    return nil, 0, 0
  end
  local window = vim.fn.getwininfo(self._code)[1]
  local view = vim.api.nvim_win_call(self._code, vim.fn.winsaveview)
  local row = self._place:now()
  local fold = vim.api.nvim_win_call(self._code, function()
    return vim.fn.foldclosed(row + 1)
  end)
  row = fold > 0 and fold - 1 or row
  local top_row = view.topline - 1
  local bottom = window.winrow + window.winbar + window.height - 1
  local first = window.winrow + window.winbar
  -- Neovim counts virtual lines with the row below them. Without a start column they would be missing.
  local function height(start, column, last)
    return vim.api.nvim_win_text_height(self._code, { start_row = start, start_vcol = column, end_row = last }).all
  end
  local rows = height(row, row == top_row and view.skipcol or 0, row)
  if row < top_row then
    return nil, 0, 0
  elseif row > top_row then
    first = first + height(top_row, view.skipcol, row) - rows + view.topfill
  end
  if first > bottom then
    return nil, 0, 0
  end
  if row + 1 < vim.api.nvim_buf_line_count(self._place.bufnr) then
    rows = rows + height(row, 0, row + 1) - height(row, 0, row) - height(row + 1, 0, row + 1)
  end
  return first, math.min(first + math.max(rows, 1) - 1, bottom), window.wincol + window.textoff
end

--- Scroll the code so that the line is visible.
---@private
function Float:_bring_into_sight()
  if not self:_is_code_shown() or self:_on_screen() then
    return
  end
  local row, byte = self._place:now()
  vim.api.nvim_win_call(self._code, function()
    vim.cmd.normal({ "m'", bang = true })
    vim.api.nvim_win_set_cursor(0, { row + 1, byte })
    vim.cmd.normal({ "zz", bang = true })
  end)
end

--- Scroll the line to the top or the bottom of its window, whichever gives more room.
---@private
function Float:_scroll_code()
  local first, last = self:_on_screen()
  if not first then
    return
  end
  self._may_scroll = false
  local top, bottom = screen_rows()
  local window = vim.fn.getwininfo(self._code)[1]
  local start = window.winrow + window.winbar
  local rows = last - first
  local row = self._place:now()
  local below, above = bottom - start - rows, start + window.height - 1 - rows - top
  local lines = { start_row = math.max(row - window.height, 0), end_row = math.max(row - 1, 0) }
  local before = row > 0 and vim.api.nvim_win_text_height(self._code, lines).all or 0
  above = math.min(above, before + start - top) -- the beginning of the file cannot move down
  if math.max(below, above) <= self._room then
    return
  end
  vim.api.nvim_win_call(self._code, function()
    local cursor = vim.api.nvim_win_get_cursor(0)
    vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
    vim.cmd.normal({ below >= above and "zt" or "zb", bang = true })
    if cursor[1] == row + 1 then
      vim.api.nvim_win_set_cursor(0, cursor)
    end
  end)
end

return Float
