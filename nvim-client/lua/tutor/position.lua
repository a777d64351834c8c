--- Convert between Neovim's rows and bytes and a language server's lines and characters. All count from 0.

local M = {}

---@param bufnr integer
---@param row integer
---@return string
local function line_at(bufnr, row)
  return vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ""
end

--- Return the LSP position in a client's encoding.
---@param bufnr integer
---@param row integer
---@param byte integer
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Position
function M.to_lsp(bufnr, row, byte, encoding)
  local before = line_at(bufnr, row):sub(1, byte)
  local character = #before
  if encoding == "utf-16" then
    character = vim.fn.strutf16len(before)
  elseif encoding == "utf-32" then
    character = vim.fn.strchars(before)
  end
  return { line = row, character = character }
end

--- Return the row and byte of an LSP position. A position past the line's end is its end.
---@param bufnr integer
---@param position lsp.Position
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return integer row
---@return integer byte
function M.from_lsp(bufnr, position, encoding)
  local line = line_at(bufnr, position.line)
  local byte = position.character
  if encoding ~= "utf-8" then
    byte = vim.fn.byteidx(line, position.character, encoding == "utf-16")
  end
  return position.line, (byte < 0 or byte > #line) and #line or byte
end

return M
