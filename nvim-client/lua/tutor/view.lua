--- Where the student reads answers: one window on the hints about one place, which follows the stream.

local Answer = require("tutor.answer")
local options = require("tutor.options")

local M = {}

local GROUP = vim.api.nvim_create_augroup("tutor.view", {})
local UNREAD_MS = 1000
local KEYS_WHILE_ANSWERING = "Ctrl-C stop · q close"
local KEYS_AFTERWARDS = "Enter next hint · q close"
local KEYS_AT_LAST = "Enter ask again · q close"

local LOOKS = {
  breakindent = true,
  concealcursor = "nc",
  conceallevel = 2,
  fillchars = "eob: ",
  linebreak = true,
  number = false,
  relativenumber = false,
  signcolumn = "no",
  smoothscroll = true,
  spell = false,
  statuscolumn = " ", -- keeps the text off the border
  winfixbuf = true,
  wrap = true,
}

---@class tutor.Actions what the student can do from the window
---@field next fun()
---@field stop fun()
---@field on_close fun()

---@type tutor.Answer?
local answer
---@type tutor.Float|tutor.Split|nil
local surface
local heading = ""
local hitch ---@type string?
local keys = ""
local is_last = false -- whether the newest hint is of the last level
local bottom = 1 -- the last row of text, counted from 1, when we last followed it
local first_text_at ---@type integer? milliseconds

---@return boolean
local function is_open()
  return surface ~= nil and vim.api.nvim_win_is_valid(surface.window)
end

local function show_label()
  if is_open() then
    surface:label(hitch and ("%s · %s"):format(heading, hitch) or heading, keys)
  end
end

---@param actions tutor.Actions
local function set_keys(actions)
  local function map(key, action, what)
    vim.keymap.set("n", key, action, { buffer = answer.bufnr, nowait = true, desc = what })
  end
  map("q", M.close, "Close the tutor's answer")
  map("<CR>", actions.next, "Ask for the next hint")
  map("<C-c>", actions.stop, "Stop the tutor's answer")
end

---@param place tutor.Place
---@param on_close fun()
local function open(place, on_close)
  local code = vim.api.nvim_get_current_win()
  if vim.api.nvim_win_get_buf(code) ~= place.bufnr then
    code = vim.fn.bufwinid(place.bufnr)
  end
  vim.cmd.stopinsert()
  if options.current.window == "split" then
    surface = require("tutor.split").open(answer.bufnr)
  else
    surface = require("tutor.float").open(answer.bufnr, place, code)
  end
  for name, value in pairs(LOOKS) do
    vim.wo[surface.window][0][name] = value
  end
  vim.api.nvim_clear_autocmds({ group = GROUP })
  vim.api.nvim_create_autocmd("WinClosed", { group = GROUP, pattern = tostring(surface.window), callback = on_close })
  vim.api.nvim_create_autocmd("VimResized", { group = GROUP, callback = M.follow })
  vim.api.nvim_create_autocmd("WinScrolled", { group = GROUP, pattern = tostring(code), callback = M.follow })
end

--- Say whether a buffer is the one with the hints.
---@param bufnr integer
---@return boolean
function M.is_shown_in(bufnr)
  return answer ~= nil and answer.bufnr == bufnr
end

--- Stay at the end of the text, unless the student has gone up to read.
function M.follow()
  if not is_open() then
    return
  end
  local window = surface.window
  surface:fit(vim.api.nvim_win_text_height(window, {}).all)
  local is_at_end = vim.api.nvim_win_get_cursor(window)[1] >= bottom
  bottom = vim.api.nvim_buf_line_count(answer.bufnr)
  if is_at_end then
    vim.api.nvim_win_set_cursor(window, { bottom, vim.v.maxcol })
  end
end

--- Get ready for an answer: the window opens at once, before there is any text.
---@param place tutor.Place
---@param is_fresh boolean whether earlier hints go; otherwise this one comes below them
---@param actions tutor.Actions
function M.begin(place, is_fresh, actions)
  if not (answer and vim.api.nvim_buf_is_valid(answer.bufnr)) then
    answer = Answer.new()
  end
  if is_fresh then
    vim.api.nvim_clear_autocmds({ group = GROUP })
    M.close()
    answer:clear()
  end
  answer:begin()
  if is_open() then
    vim.api.nvim_set_current_win(surface.window)
  else
    open(place, actions.on_close)
  end
  set_keys(actions)
  heading, hitch, keys = "Ask Tutor", nil, KEYS_WHILE_ANSWERING
  show_label()
  first_text_at, is_last = nil, false
  bottom = 1 -- wherever the cursor was: it goes to the new hint
  M.follow()
end

--- Show which hint it is.
---@param text string
---@param has_none_after boolean
function M.head(text, has_none_after)
  heading, is_last = text, has_none_after
  show_label()
  answer:head(text)
  M.follow()
end

--- Show what holds the answer up, beside the heading; nil: nothing does any more.
---@param text? string
function M.hold_up(text)
  hitch = text
  show_label()
end

--- Go to the beginning of the newest hint, which has come in one go and which nobody has read along.
---@param window integer
local function show_from_start(window)
  local is_at_end = vim.api.nvim_win_get_cursor(window)[1] >= bottom
  if not is_at_end then
    return
  end
  local rows = vim.api.nvim_win_text_height(window, { start_row = answer.first_row }).all
  vim.cmd.redraw()
  vim.api.nvim_win_set_cursor(window, { answer.first_row + 1, 0 })
  if rows > vim.api.nvim_win_get_height(window) then
    vim.api.nvim_win_call(window, function()
      vim.cmd.normal({ "zt", bang = true })
    end)
  end
end

--- Show the next piece.
---@param text string
function M.append(text)
  first_text_at = first_text_at or vim.uv.now()
  answer:append(text)
  M.follow()
end

--- End the answer, with a remark where there is one.
---@param note? string
---@param highlight? string
function M.finish(note, highlight)
  answer:finish()
  if note then
    answer:note(note, highlight or "Comment")
  end
  hitch, keys = nil, is_last and KEYS_AT_LAST or KEYS_AFTERWARDS
  show_label()
  M.follow()
  if is_open() and vim.uv.now() - (first_text_at or 0) < UNREAD_MS then
    show_from_start(surface.window)
  end
end

--- Close the window; the hints stay until another place is asked about.
function M.close()
  if is_open() then
    vim.api.nvim_win_close(surface.window, true)
  end
  surface = nil
end

return M
