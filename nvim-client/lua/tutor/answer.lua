--- The hints about one place, oldest first, in a read-only Markdown buffer.
---
--- The buffer's text is the tutor's alone: the headings between hints are virtual lines. Earlier hints are folded.

local ASKING = "Asking…"
local NAMESPACE = vim.api.nvim_create_namespace("tutor.answer")

---@class tutor.Answer
---@field bufnr integer
---@field first_row integer the row where the newest hint starts
---@field private _hints { row: integer, title: string }[] where each hint starts, and the name of its level
---@field private _is_empty boolean whether the newest hint has no text yet
---@field private _has_text boolean whether the newest hint has text of the tutor
---@field private _held string white space at the end that is not shown yet
---@field private _placeholder? integer extmark
---@field private _heading? integer extmark
local Answer = {}
Answer.__index = Answer

---@type table<integer, tutor.Answer> by buffer
local by_buffer = {}

---@return tutor.Answer
function Answer.new()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, "tutor://hints")
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].filetype = "markdown"
  -- Neovim 0.10 highlights Markdown by the old syntax files, which support neither nested blocks nor wrapped spans.
  pcall(vim.treesitter.start, bufnr, "markdown")
  local self = { bufnr = bufnr, first_row = 0, _hints = {}, _is_empty = true, _has_text = false, _held = "" }
  by_buffer[bufnr] = setmetatable(self, Answer)
  return by_buffer[bufnr]
end

--- Return the line that stands for a folded hint: the name of its level, and its beginning. For 'foldtext'.
---@return string
function Answer.foldtext()
  local answer = by_buffer[vim.api.nvim_get_current_buf()]
  local first, last = vim.v.foldstart - 1, vim.v.foldend
  local title = "Hint"
  for _, hint in ipairs(answer and answer._hints or {}) do
    title = hint.row >= first and hint.row < last and hint.title or title
  end
  local lines = vim.api.nvim_buf_get_lines(0, first, last, false)
  local beginning = vim.iter(lines):find(function(line)
    return line:match("%S")
  end)
  return ("+ %s: %s"):format(title, (beginning or ""):gsub("[*`#]", ""))
end

--- Fold each earlier hint to one line in a window, and leave the newest one open.
---@param window integer
function Answer:fold_earlier(window)
  vim.api.nvim_win_call(window, function()
    vim.cmd("silent! normal! zE")
    for number, hint in ipairs(self._hints) do
      local following = self._hints[number + 1]
      if following then
        vim.cmd(("%d,%dfold"):format(math.max(hint.row, 1), following.row - 1))
      end
    end
  end)
end

--- Delete all hints.
function Answer:clear()
  vim.api.nvim_buf_clear_namespace(self.bufnr, NAMESPACE, 0, -1)
  self:_replace(0, -1, {})
  self.first_row, self._is_empty, self._placeholder, self._heading, self._hints = 0, true, nil, nil, {}
end

--- Begin another hint below the earlier ones. A hint that got only remarks is replaced.
function Answer:begin()
  if not self._is_empty and not self._has_text then
    vim.api.nvim_buf_clear_namespace(self.bufnr, NAMESPACE, self.first_row, -1)
    self:_replace(self.first_row, -1, { "" })
    self._is_empty = true
  elseif not self._is_empty then
    local rows = vim.api.nvim_buf_line_count(self.bufnr)
    self:_replace(rows, rows, { "", "" })
    self.first_row, self._is_empty, self._heading = rows + 1, true, nil
  end
  self:_drop_placeholder()
  if self._hints[#self._hints] and self._hints[#self._hints].row == self.first_row then
    table.remove(self._hints)
  end
  table.insert(self._hints, { row = self.first_row, title = "Hint" })
  self._held, self._has_text = "", false
  self:_hold_place(ASKING)
end

--- Show what the hint waits for, while it has no text. nil: for the tutor only.
---@param what? string
function Answer:wait_for(what)
  if self._placeholder then
    self:_hold_place(what or ASKING)
  end
end

--- Put a heading above the newest hint, if there are earlier ones. `title` stands for the hint once it is folded.
---@param heading string
---@param title string
function Answer:head(heading, title)
  self._hints[#self._hints].title = title
  if self.first_row > 0 then
    self._heading = vim.api.nvim_buf_set_extmark(self.bufnr, NAMESPACE, self.first_row - 1, 0, {
      id = self._heading,
      virt_lines = { { { ("── %s ──"):format(heading), "FloatTitle" } } },
    })
  end
end

--- Return whether the newest hint has a heading.
---@return boolean
function Answer:has_heading()
  return self._heading ~= nil
end

--- Add a piece to the newest hint. White space at its end is held back until text follows: no hint ends in blank lines.
---@param text string
function Answer:append(text)
  text, self._held = (self._held .. text:gsub("\r\n", "\n")):match("^(.-)(%s*)$")
  if text == "" then
    return
  end
  self:_drop_placeholder()
  self._is_empty, self._has_text = false, true
  local lines = vim.split(text, "\n", { plain = true })
  local row = vim.api.nvim_buf_line_count(self.bufnr) - 1
  local last = vim.api.nvim_buf_get_lines(self.bufnr, row, -1, false)[1]
  lines[1] = last .. lines[1]
  self:_replace(row, -1, lines)
end

--- End the newest hint.
function Answer:finish()
  self:_drop_placeholder()
end

--- Add a remark below the newest hint, which has ended, in a style of its own.
---@param text string
---@param highlight string
function Answer:note(text, highlight)
  local row = vim.api.nvim_buf_line_count(self.bufnr) - 1
  local lines = vim.split(text, "\n", { plain = true })
  if not self._is_empty then
    table.insert(lines, 1, "")
    row = row + 1
  end
  self:_replace(row, -1, lines)
  self._is_empty = false
  vim.api.nvim_buf_set_extmark(self.bufnr, NAMESPACE, row, 0, {
    end_row = row + #lines,
    hl_group = highlight,
    hl_eol = true,
    priority = 200, -- above the highlights of Markdown
    strict = false,
  })
end

---@private
---@param text string
function Answer:_hold_place(text)
  self._placeholder = vim.api.nvim_buf_set_extmark(self.bufnr, NAMESPACE, self.first_row, 0, {
    id = self._placeholder,
    virt_text = { { text, "Comment" } },
    virt_text_pos = "overlay",
  })
end

---@private
function Answer:_drop_placeholder()
  if self._placeholder then
    vim.api.nvim_buf_del_extmark(self.bufnr, NAMESPACE, self._placeholder)
    self._placeholder = nil
  end
end

---@private
function Answer:_replace(first, last, lines)
  vim.bo[self.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(self.bufnr, first, last, false, lines)
  vim.bo[self.bufnr].modifiable = false
  vim.bo[self.bufnr].modified = false
end

return Answer
