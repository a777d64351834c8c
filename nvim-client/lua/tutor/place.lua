--- A place in the student's code that moves along with edits of the code around it.

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
---@param byte integer in the first row
---@param last? integer row where it ends, if that is another
---@return tutor.Place
function Place.new(bufnr, first, byte, last)
  -- A place from the language server may lie past the end of the buffer by now.
  local bottom = vim.api.nvim_buf_line_count(bufnr) - 1
  local function mark(row, column)
    return vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, math.min(row, bottom), column, { strict = false })
  end
  return setmetatable({ bufnr = bufnr, _start = mark(first, byte), _end = mark(last or first, 0) }, Place)
end

--- Return whether the code is still open in the editor.
---@return boolean
function Place:exists()
  return vim.api.nvim_buf_is_loaded(self.bufnr) and #self:_row_and_byte(self._start) > 0
end

--- Return the current position of the place.
---@return integer first row
---@return integer byte
---@return integer last row
function Place:now()
  local first, last = self:_row_and_byte(self._start), self:_row_and_byte(self._end)
  return first[1], first[2], math.max(first[1], last[1])
end

--- Delete the place's marks.
function Place:forget()
  if vim.api.nvim_buf_is_valid(self.bufnr) then
    vim.api.nvim_buf_del_extmark(self.bufnr, NAMESPACE, self._start)
    vim.api.nvim_buf_del_extmark(self.bufnr, NAMESPACE, self._end)
  end
end

---@private
---@param mark integer
---@return integer[] # empty if the mark is gone
function Place:_row_and_byte(mark)
  return vim.api.nvim_buf_get_extmark_by_id(self.bufnr, NAMESPACE, mark, {})
end

return Place
