--- A command of the language server on the file of the current buffer. It runs once at a time, and can be stopped.

local client = require("tutor.client")

---@class tutor.FileRequest
---@field bufnr integer
---@field client_id? integer set once the request has been sent
---@field request_id? integer

---@class tutor.FileCommand
---@field private _name string the command of the language server, such as `tutor.test`
---@field private _done string what is done to a file, such as `tested`, for messages
---@field private _on_result fun(bufnr: integer, result: table, encoding: "utf-8"|"utf-16"|"utf-32")
---@field private _current? tutor.FileRequest
local FileCommand = {}
FileCommand.__index = FileCommand

---@param name string
---@param done string
---@param on_result fun(bufnr: integer, result: table, encoding: "utf-8"|"utf-16"|"utf-32")
---@return tutor.FileCommand
function FileCommand.new(name, done, on_result)
  return setmetatable({ _name = name, _done = done, _on_result = on_result }, FileCommand)
end

--- Show a message below the code.
---@param text string
---@param highlight string
function FileCommand.show(text, highlight)
  vim.api.nvim_echo({ { text, highlight } }, true, {})
end

--- Move the cursor of a window that shows a buffer to a position. The current window stays.
---@param bufnr integer
---@param position lsp.Position
---@param encoding "utf-8"|"utf-16"|"utf-32"
function FileCommand.go_to(bufnr, position, encoding)
  local window = vim.fn.bufwinid(bufnr)
  if window > 0 then
    local row, byte = require("tutor.position").from_lsp(bufnr, position, encoding)
    vim.api.nvim_win_call(window, function()
      vim.cmd.normal({ "m'", bang = true }) -- for the way back
    end)
    vim.api.nvim_win_set_cursor(window, { row + 1, byte })
  end
end

--- Show a file of the student's in a window, and list it among the buffers.
---@param uri string
---@param window integer
---@return integer? # its buffer, or nil if it cannot be shown
function FileCommand.open_in(uri, window)
  local bufnr = vim.uri_to_bufnr(uri)
  if not pcall(vim.fn.bufload, bufnr) then
    return nil
  end
  vim.bo[bufnr].buflisted = true
  if vim.fn.bufwinid(bufnr) <= 0 then
    vim.api.nvim_win_call(window, function()
      vim.cmd.normal({ "m'", bang = true })
    end)
    vim.api.nvim_win_set_buf(window, bufnr)
  end
  return bufnr
end

---@private
---@param request tutor.FileRequest
---@param lsp_client vim.lsp.Client
function FileCommand:_send(request, lsp_client)
  local params = { command = self._name, arguments = { { uri = vim.uri_from_bufnr(request.bufnr) } } }
  request.client_id = lsp_client.id
  request.request_id = client.request(lsp_client, request.bufnr, "workspace/executeCommand", params, function(error, result)
    if self._current ~= request then
      return
    end
    self._current = nil
    if error then
      FileCommand.show(error.message, "ErrorMsg")
    else
      self._on_result(request.bufnr, result, lsp_client.offset_encoding)
    end
  end)
end

--- Save the file of the current buffer and run the command on it.
---@param begun? string a message for the meantime
function FileCommand:start(begun)
  local bufnr = vim.api.nvim_get_current_buf()
  if not client.is_for(bufnr) then
    vim.notify(("Only Python files can be %s: call this from your code."):format(self._done), vim.log.levels.WARN)
    return
  end
  local was_saved, complaint = pcall(vim.cmd.update)
  if not was_saved then
    FileCommand.show((complaint:gsub("^.-(E%d+:)", "%1")), "ErrorMsg")
    return
  end
  local request = { bufnr = bufnr }
  self._current = request
  if begun then
    FileCommand.show(begun, "Comment")
  end
  client.with(bufnr, function(lsp_client)
    if self._current == request then
      self:_send(request, lsp_client)
    end
  end, function(reason)
    if self._current == request then
      self._current = nil
      FileCommand.show(reason, "ErrorMsg")
    end
  end)
end

--- Stop the running command.
---@return boolean # whether there was one
function FileCommand:stop()
  local request = self._current
  self._current = nil
  if request and request.request_id then
    client.cancel_request(request.client_id, request.request_id)
  end
  if request then
    FileCommand.show("Stopped.", "Comment")
  end
  return request ~= nil
end

---@param client_id integer
function FileCommand:on_server_stopped(client_id)
  if self._current and self._current.client_id == client_id then
    self._current = nil
    FileCommand.show(client.STOPPED, "ErrorMsg")
  end
end

return FileCommand
