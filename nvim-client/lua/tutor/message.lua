--- Show messages of the language server that are outside an answer, in full.
---
--- A message that does not fit into the command line would be cut, or block the student until they press Enter. It gets
--- a small window instead: no letter of the address of a sign-in page may be missing.

local M = {}

local HIGHLIGHTS = { "DiagnosticError", "DiagnosticWarn" }
local MAX_WIDTH = 76
local BORDER = 2

---@type integer? the window with the last message
local window

local function close()
  if window and vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_win_close(window, true)
  end
  window = nil
end

---@param text string
---@param highlight string
local function open(text, highlight)
  close()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, "\n", { plain = true }))
  vim.bo[bufnr].modifiable = false
  local config = {
    relative = "editor",
    anchor = "SE",
    row = vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0),
    col = vim.o.columns,
    width = math.max(math.min(MAX_WIDTH, vim.o.columns - BORDER), 1),
    height = 1,
    style = "minimal",
    border = "rounded",
    title = " Ask Tutor ",
    footer = { { " Ctrl-W w, then q close ", "Comment" } },
    footer_pos = "right",
  }
  window = vim.api.nvim_open_win(bufnr, false, config)
  vim.wo[window][0].wrap = true
  vim.wo[window][0].linebreak = true
  vim.wo[window][0].winhighlight = "Normal:" .. highlight
  local rows = vim.api.nvim_win_text_height(window, {}).all
  vim.api.nvim_win_set_config(window, { height = math.max(math.min(rows, config.row - BORDER), 1) })
  vim.keymap.set("n", "q", close, { buffer = bufnr, nowait = true, desc = "Close the tutor's message" })
end

--- Show a message in the window of the question that waits for it, else in the command line, else in its own window.
---@param text string
---@param kind integer of LSP's MessageType
function M.show(text, kind)
  local highlight = HIGHLIGHTS[kind] or "Normal"
  if require("tutor.ask").on_message(text) then
    return
  end
  close()
  if text:find("\n") or vim.fn.strdisplaywidth(text) > vim.v.echospace then
    open(text, highlight)
  else
    vim.api.nvim_echo({ { text, highlight } }, true, {})
  end
end

return M
