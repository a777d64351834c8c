--- The diagnostics of all language servers and linters. Neovim itself sends a server only the server's own.

local position = require("tutor.position")

local M = {}

local OUR_SOURCE = "Ask Tutor"

---@param diagnostic vim.Diagnostic
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Diagnostic
local function as_lsp(diagnostic, encoding)
  local bufnr = diagnostic.bufnr
  local end_row = diagnostic.end_lnum or diagnostic.lnum
  return {
    range = {
      start = position.to_lsp(bufnr, diagnostic.lnum, diagnostic.col, encoding),
      ["end"] = position.to_lsp(bufnr, end_row, diagnostic.end_col or diagnostic.col, encoding),
    },
    severity = diagnostic.severity,
    message = diagnostic.message,
    source = diagnostic.source,
    code = diagnostic.code,
  }
end

--- Return the diagnostics that touch a range of rows, from any checker.
---@param bufnr integer
---@param first integer
---@param last integer
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Diagnostic[]
function M.on_rows(bufnr, first, last, encoding)
  return vim
    .iter(vim.diagnostic.get(bufnr))
    :filter(function(diagnostic)
      return diagnostic.lnum <= last and (diagnostic.end_lnum or diagnostic.lnum) >= first
    end)
    :map(function(diagnostic)
      return as_lsp(diagnostic, encoding)
    end)
    :totable()
end

--- Return the diagnostics of a buffer from all checkers but the tutor.
---@param bufnr integer
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return lsp.Diagnostic[]
function M.of_others(bufnr, encoding)
  return vim
    .iter(vim.diagnostic.get(bufnr))
    :filter(function(diagnostic)
      return diagnostic.source ~= OUR_SOURCE
    end)
    :map(function(diagnostic)
      return as_lsp(diagnostic, encoding)
    end)
    :totable()
end

--- Return two lists joined, without duplicates of the same message at the same place.
---@param diagnostics lsp.Diagnostic[]
---@param more lsp.Diagnostic[]
---@return lsp.Diagnostic[]
function M.joined(diagnostics, more)
  local all = vim.list_slice(diagnostics)
  for _, new in ipairs(more) do
    local is_known = vim.iter(all):any(function(old)
      return old.message == new.message and vim.deep_equal(old.range, new.range)
    end)
    if not is_known then
      table.insert(all, new)
    end
  end
  return all
end

return M
