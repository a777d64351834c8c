--- A place in the student's code that stays where it belongs while the code around it changes.

local NAMESPACE = vim.api.nvim_create_namespace("tutor.place")

---@class tutor.Place
---@field bufnr integer
---@field private _start integer extmark
---@field private _end integer extmark
local Place = {}
Place.__index = Place

--- Mark a place. Rows and bytes count from 0.
---@param bufnr integer
---@param first integer row where it starts
---@param byte integer of the first row
---@param last? integer row where it ends, where that is another
---@return tutor.Place
function Place.new(bufnr, first, byte, last)
  -- A place that was read from the language server may lie past what the buffer holds by now.
  local bottom = vim.api.nvim_buf_line_count(bufnr) - 1
  local function mark(row, column)
    return vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, math.min(row, bottom), column, { strict = false })
  end
  return setmetatable({ bufnr = bufnr, _start = mark(first, byte), _end = mark(last or first, 0) }, Place)
end

--- Say whether the code is still in the editor.
---@return boolean
function Place:exists()
  return vim.api.nvim_buf_is_loaded(self.bufnr) and #self:_row_and_byte(self._start) > 0
end

--- Give where the place is by now.
---@return integer first row
---@return integer byte
---@return integer last row
function Place:now()
  local first, last = self:_row_and_byte(self._start), self:_row_and_byte(self._end)
  return first[1], first[2], math.max(first[1], last[1])
end

--- Forget the place.
function Place:forget()
  if vim.api.nvim_buf_is_valid(self.bufnr) then
    vim.api.nvim_buf_del_extmark(self.bufnr, NAMESPACE, self._start)
    vim.api.nvim_buf_del_extmark(self.bufnr, NAMESPACE, self._end)
  end
end

---@private
---@param mark integer
---@return integer[] # empty where the mark is gone
function Place:_row_and_byte(mark)
  return vim.api.nvim_buf_get_extmark_by_id(self.bufnr, NAMESPACE, mark, {})
end

return Place
