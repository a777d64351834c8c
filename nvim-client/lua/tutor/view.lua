--- The window with the hints about one place. It follows the stream of the answer.

local Answer = require("tutor.answer")
local options = require("tutor.options")

local M = {}

local GROUP = vim.api.nvim_create_augroup("tutor.view", {})
local UNREAD_MS = 1000
local KEYS_WHILE_ANSWERING = "Ctrl-C stop · q close"
local CLOSE = "q close"
local MORE = "j k scroll"

local LOOKS = {
  breakindent = true,
  concealcursor = "nc",
  conceallevel = 2,
  fillchars = "eob: ,fold: ,lastline:…",
  foldenable = true,
  foldmethod = "manual",
  foldminlines = 0,
  foldtext = "v:lua.require'tutor.answer'.foldtext()",
  linebreak = true,
  number = false,
  relativenumber = false,
  scrolloff = 0,
  signcolumn = "no",
  smoothscroll = true,
  spell = false,
  statuscolumn = " ", -- keeps the text off the border
  winfixbuf = true,
  wrap = true,
}

---@class tutor.Actions the actions of the window's keys
---@field next fun()
---@field stop fun()
---@field on_close fun()

---@class tutor.Offer a key that is useful after the end of the answer
---@field key string
---@field label string
---@field action? fun() absent if the key has one meaning at all times

---@type tutor.Answer?
local answer
---@type tutor.Float|tutor.Split|nil
local surface
local heading = ""
local hitch ---@type string?
local keys = ""
local offered = {} ---@type string[] the keys that are mapped for the ended answer only
local bottom = 1 -- the last row of text, counted from 1, at the last call of `follow`
local first_text_at ---@type integer? milliseconds

---@return boolean
local function is_open()
  return surface ~= nil and vim.api.nvim_win_is_valid(surface.window)
end

---@param window integer
---@return integer # rows of the newest hint, with the heading above it
local function rows_of_newest(window)
  local blank = answer.first_row > 0 and 1 or 0
  local start = { start_row = answer.first_row - blank }
  return vim.api.nvim_win_text_height(window, start).all - blank
end

local function show_label()
  if is_open() then
    local title = hitch and ("%s · %s"):format(heading, hitch) or heading
    local is_cut = rows_of_newest(surface.window) > vim.api.nvim_win_get_height(surface.window)
    surface:label(title, is_cut and ("%s · %s"):format(MORE, keys) or keys)
  end
end

---@param key string
---@param action fun()
---@param what string
local function map(key, action, what)
  vim.keymap.set("n", key, action, { buffer = answer.bufnr, nowait = true, desc = what })
end

---@param actions tutor.Actions
local function set_keys(actions)
  map("q", M.close, "Close the tutor's answer")
  map("<CR>", actions.next, "Ask for the next hint")
  map("<C-c>", actions.stop, "Stop the tutor's answer")
end

--- Unmap the keys that were offered at the end of the last answer.
local function withdraw_offers()
  for _, key in ipairs(offered) do
    pcall(vim.keymap.del, "n", key, { buffer = answer.bufnr })
  end
  offered = {}
end

--- Fit the window to its text, and move it beside its line.
local function fit()
  if is_open() then
    surface:fit(vim.api.nvim_win_text_height(surface.window, {}).all, rows_of_newest(surface.window))
    show_label()
  end
end

---@param bufnr integer
---@return integer # a window that shows the buffer, preferably the current one
local function window_of(bufnr)
  local current = vim.api.nvim_get_current_win()
  return vim.api.nvim_win_get_buf(current) == bufnr and current or vim.fn.bufwinid(bufnr)
end

--- Watch for events that move the line or change the room beside it.
---@param place tutor.Place
---@param code integer the window with the code
---@param on_close fun()
local function watch(place, code, on_close)
  vim.api.nvim_clear_autocmds({ group = GROUP })
  local function on(events, pattern, callback)
    vim.api.nvim_create_autocmd(events, { group = GROUP, pattern = pattern, callback = callback })
  end
  on("WinClosed", tostring(surface.window), on_close)
  on({ "VimResized", "WinResized" }, nil, vim.schedule_wrap(fit))
  on("WinScrolled", tostring(code), fit)
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI" }, { group = GROUP, buffer = place.bufnr, callback = fit })
end

---@param place tutor.Place
---@param on_close fun()
local function open(place, on_close)
  local code = window_of(place.bufnr)
  vim.cmd.stopinsert()
  if options.current.window == "split" then
    surface = require("tutor.split").open(answer.bufnr)
  else
    surface = require("tutor.float").open(answer.bufnr, place, code)
  end
  for name, value in pairs(LOOKS) do
    vim.wo[surface.window][0][name] = value
  end
  watch(place, code, on_close)
end

--- Return whether a buffer holds the hints.
---@param bufnr integer
---@return boolean
function M.is_shown_in(bufnr)
  return answer ~= nil and answer.bufnr == bufnr
end

--- Return whether the window with the hints is open.
---@return boolean
function M.is_open()
  return is_open()
end

--- Move the cursor to the end of the text, unless the student has moved it up to read.
local function follow()
  if not is_open() then
    return
  end
  local window = surface.window
  fit()
  local is_at_end = vim.api.nvim_win_get_cursor(window)[1] >= bottom
  bottom = vim.api.nvim_buf_line_count(answer.bufnr)
  if is_at_end then
    vim.api.nvim_win_set_cursor(window, { bottom, vim.v.maxcol })
  end
end

--- Begin an answer. The window opens at once, before there is any text.
---@param place tutor.Place
---@param is_fresh boolean whether earlier hints are deleted; otherwise the new one is below them
---@param actions tutor.Actions
function M.begin(place, is_fresh, actions)
  if not (answer and vim.api.nvim_buf_is_valid(answer.bufnr)) then
    answer = Answer.new()
  end
  withdraw_offers()
  if is_fresh then
    vim.api.nvim_clear_autocmds({ group = GROUP })
    M.close()
    answer:clear()
  end
  answer:begin()
  if is_open() then
    vim.api.nvim_set_current_win(surface.window)
    surface:begin()
  else
    open(place, actions.on_close)
  end
  answer:fold_earlier(surface.window)
  set_keys(actions)
  heading, hitch, keys = "Ask Tutor", nil, KEYS_WHILE_ANSWERING
  show_label()
  first_text_at = nil
  bottom = 1 -- so that the cursor moves to the new hint
  follow()
end

--- Move the window to another place, which the answer is about. Its code replaces the earlier code in that window.
---@param place tutor.Place
---@param before tutor.Place
---@param on_close fun()
function M.move(place, before, on_close)
  local code = window_of(place.bufnr)
  if code <= 0 then
    code = window_of(before.bufnr)
    if code <= 0 then
      return
    end
    vim.api.nvim_win_call(code, function()
      vim.cmd.normal({ "m'", bang = true })
    end)
    vim.api.nvim_win_set_buf(code, place.bufnr)
  end
  local row, byte = place:now()
  vim.api.nvim_win_set_cursor(code, { row + 1, byte })
  if is_open() then
    surface:move(place, code)
    watch(place, code, on_close)
    follow()
  end
end

--- Show the number and the name of the hint's level, and perhaps why the ask did not climb.
---@param label string
---@param note? string
function M.head(label, note)
  heading = note and ("%s · %s"):format(label, note) or label
  show_label()
  answer:head(heading, label)
  follow()
end

--- Show what delays the answer, beside the heading and in place of the text. nil: nothing delays it any more.
---@param text? string
function M.hold_up(text)
  hitch = text
  answer:wait_for(text)
  show_label()
end

--- Scroll to the beginning of the newest hint if it fits, or if it came too fast to be read.
---@param window integer
local function show_from_start(window)
  local is_whole = rows_of_newest(window) <= vim.api.nvim_win_get_height(window)
  local is_at_end = vim.api.nvim_win_get_cursor(window)[1] >= bottom
  local was_quick = vim.uv.now() - (first_text_at or 0) < UNREAD_MS
  if not (is_at_end and (is_whole or was_quick)) then
    return
  end
  vim.cmd.redraw()
  vim.api.nvim_win_set_cursor(window, { answer.first_row + 1, 0 })
  local view = { topline = 1, topfill = 0, skipcol = 0 }
  if vim.api.nvim_win_text_height(window, {}).all > vim.api.nvim_win_get_height(window) then
    view.topline, view.topfill = answer.first_row + 1, answer:has_heading() and 1 or 0
  end
  vim.api.nvim_win_call(window, function()
    vim.fn.winrestview(view)
  end)
end

--- Show the next piece.
---@param text string
function M.append(text)
  first_text_at = first_text_at or vim.uv.now()
  answer:append(text)
  follow()
end

--- End the answer, add the remark if there is one, and show the keys that are useful now.
---@param offers tutor.Offer[]
---@param note? string
---@param highlight? string
function M.finish(offers, note, highlight)
  answer:finish()
  if note then
    answer:note(note, highlight or "Comment")
  end
  hitch = nil
  local labels = {}
  for _, offer in ipairs(offers) do
    table.insert(labels, offer.label)
    if offer.action then
      map(offer.key, offer.action, offer.label)
      table.insert(offered, offer.key)
    end
  end
  table.insert(labels, CLOSE)
  keys = table.concat(labels, " · ")
  show_label()
  follow()
  if is_open() then
    show_from_start(surface.window)
  end
end

--- Add a remark below the hints, if the window is open.
---@param text string
---@return boolean # whether it was
function M.remark(text)
  if is_open() then
    answer:note(text, "DiagnosticInfo")
    follow()
  end
  return is_open()
end

--- Close the window. The hints are kept until the student asks about another place.
function M.close()
  if is_open() then
    vim.api.nvim_win_close(surface.window, true)
  end
  surface = nil
end

return M
