--- Find and start the language server, and send it messages, with Neovim's LSP client.

local options = require("tutor.options")
local status = require("tutor.status")

local M = {}

local NAME = "tutor"
local PROGRAM = "tutor-lsp"
local GROUP = vim.api.nvim_create_augroup("tutor.client", {})
local SIGTERM = 15
local HAS_CONFIG = vim.fn.has("nvim-0.11") == 1

M.NOT_FOUND = PROGRAM .. " was not found on PATH. Install Ask Tutor, or set the option `cmd`; see :checkhealth tutor"
M.NOT_STARTED = "The tutor's language server did not start; see :checkhealth tutor"
M.NO_FILE = "Open a Python file first: the tutor starts with it."
M.STOPPED = "The tutor's language server has stopped. Ask again to start it."

---@class tutor.Waiting
---@field use fun(client: vim.lsp.Client)
---@field fail fun(reason: string)

---@type table<integer, tutor.Waiting[]> the callers that wait for the language server's start, by buffer
local waiting = {}

---@param bufnr integer
---@return tutor.Waiting[] # the callers, which are removed
local function take_waiting(bufnr)
  local taken = waiting[bufnr] or {}
  waiting[bufnr] = nil
  return taken
end

--- Call a client's method as this version of Neovim wants it.
local function call(client, method, ...)
  if HAS_CONFIG then
    return client[method](client, ...)
  end
  return client[method](...)
end

--- Return the language server's command: the option `cmd`, else the program on PATH.
---
--- Only absolute folders of PATH are searched, and not the current folder, which Windows would search first: a
--- student's folder may come from anywhere.
---@return string[]?
function M.command()
  if options.current.cmd then
    return options.current.cmd
  end
  local separator = vim.fn.has("win32") == 1 and ";" or ":"
  for _, folder in ipairs(vim.split(vim.env.PATH or "", separator, { plain = true, trimempty = true })) do
    if folder:match("^/") or folder:match("^%a:[/\\]") then
      local program = vim.fn.exepath(vim.fs.joinpath(folder, PROGRAM))
      if program ~= "" then
        return { program }
      end
    end
  end
end

---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function start(dispatchers)
  local rpc = vim.lsp.rpc.start(M.command() or error(M.NOT_FOUND, 0), dispatchers)
  status.set("starting")
  return rpc
end

---@param code integer
---@param signal integer
---@param client_id integer
local function on_exit(code, signal, client_id)
  local was_told_to = code == 0 and (signal == 0 or signal == SIGTERM)
  vim.schedule(function()
    status.set(not was_told_to and "stopped" or nil)
    for _, bufnr in ipairs(vim.tbl_keys(waiting)) do
      for _, one in ipairs(take_waiting(bufnr)) do
        one.fail(M.STOPPED)
      end
    end
    require("tutor.ask").on_server_stopped(client_id)
    require("tutor.run").on_server_stopped(client_id)
    require("tutor.test").on_server_stopped(client_id)
  end)
end

--- Return the client's configuration for `vim.lsp.start` and `vim.lsp.config`.
---@return table
function M.config()
  return {
    name = NAME,
    cmd = start,
    filetypes = { "python" },
    capabilities = vim.tbl_deep_extend("force", vim.lsp.protocol.make_client_capabilities(), {
      experimental = { tutor = true },
    }),
    init_options = options.for_server(),
    -- The hover is for editors without a window for hints. Here it would take K from 'keywordprg'.
    on_init = function(client)
      client.server_capabilities.hoverProvider = nil
    end,
    -- One language server for all files, so that one editor holds one connection.
    reuse_client = function(client, config)
      return client.name == config.name and not call(client, "is_stopped")
    end,
    -- Replaces the server's command when "Ask tutor" is chosen from a menu of code actions.
    commands = {
      ["tutor.ask"] = function(command, context)
        require("tutor.ask").chosen(command, context)
      end,
    },
    handlers = {
      ["tutor/answer/didStart"] = function(_, params)
        require("tutor.ask").on_start(params)
      end,
      ["tutor/answer/didQueue"] = function(_, params)
        require("tutor.ask").on_queue(params)
      end,
      ["tutor/answer/didUpdate"] = function(_, params)
        require("tutor.ask").on_update(params)
      end,
      ["tutor/answer/didEnd"] = function(_, params)
        require("tutor.ask").on_end(params)
      end,
      ["window/showMessage"] = function(_, params)
        require("tutor.message").show(params.message, params.type)
      end,
      ["tutor/status/didChange"] = function(_, params)
        status.set(params.state, params.message, params)
        require("tutor.ask").on_status(params)
      end,
    },
    on_exit = on_exit,
  }
end

---@param bufnr integer
---@param silent boolean whether the caller reports a failure to start
---@return boolean # whether it runs or starts
local function attach(bufnr, silent)
  local config = HAS_CONFIG and vim.lsp.config[NAME] or M.config()
  local start_options = { bufnr = bufnr, reuse_client = config.reuse_client, silent = silent }
  return vim.lsp.start(config, start_options) ~= nil
end

--- Return whether the student can ask the tutor about a buffer.
---@param bufnr integer
---@return boolean
function M.is_for(bufnr)
  return vim.bo[bufnr].filetype == "python" and vim.bo[bufnr].buftype == ""
end

--- Start the language server for every Python file, open now or later.
function M.enable()
  if not M.command() then
    vim.notify_once(M.NOT_FOUND, vim.log.levels.WARN)
    return
  end
  if HAS_CONFIG then
    vim.lsp.config(NAME, M.config())
    vim.lsp.enable(NAME)
    return
  end
  local function attach_to(bufnr)
    if M.is_for(bufnr) then
      attach(bufnr, false)
    end
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = GROUP,
    pattern = "python",
    callback = function(event)
      attach_to(event.buf)
    end,
  })
  vim.iter(vim.api.nvim_list_bufs()):filter(vim.api.nvim_buf_is_loaded):each(attach_to)
end

---@type table<integer, lsp.Diagnostic[]> the diagnostics of others that were sent to the language server, by buffer
local told = {}

---@type table<integer, boolean> the buffers whose diagnostics have changed in this iteration of the event loop
local about_to_tell = {}

--- Send the language server the diagnostics of others, so that it reports nothing on the same lines.
---@param client vim.lsp.Client
---@param bufnr integer
local function tell_diagnostics(client, bufnr)
  local said = require("tutor.diagnostics").of_others(bufnr, client.offset_encoding)
  local params = { uri = vim.uri_from_bufnr(bufnr), diagnostics = said }
  if not vim.deep_equal(told[bufnr] or {}, said) then
    told[bufnr] = said
    call(client, "notify", "tutor/diagnostics/didChange", params)
  end
end

vim.api.nvim_create_autocmd("LspAttach", {
  group = GROUP,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if not client or client.name ~= NAME then
      return
    end
    told[event.buf] = nil
    tell_diagnostics(client, event.buf)
    for _, one in ipairs(take_waiting(event.buf)) do
      one.use(client)
    end
  end,
})

vim.api.nvim_create_autocmd("DiagnosticChanged", {
  group = GROUP,
  callback = function(event)
    -- Each checker triggers an event. The diagnostics of all are sent once.
    if not about_to_tell[event.buf] then
      about_to_tell[event.buf] = true
      vim.schedule(function()
        about_to_tell[event.buf] = nil
        for _, client in ipairs(vim.lsp.get_clients({ bufnr = event.buf, name = NAME })) do
          tell_diagnostics(client, event.buf)
        end
      end)
    end
  end,
})

--- Call `use` with the client of a buffer. A language server that does not run yet is started first.
---@param bufnr integer
---@param use fun(client: vim.lsp.Client)
---@param fail fun(reason: string)
function M.with(bufnr, use, fail)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = NAME })[1]
  if client then
    use(client)
    return
  end
  waiting[bufnr] = waiting[bufnr] or {}
  table.insert(waiting[bufnr], { use = use, fail = fail })
  if not attach(bufnr, true) then
    for _, one in ipairs(take_waiting(bufnr)) do
      one.fail(M.command() and M.NOT_STARTED or M.NOT_FOUND)
    end
  end
end

--- Call `use` with the client of any buffer. If none runs, one is started for the current buffer.
---@param use fun(client: vim.lsp.Client)
---@param fail fun(reason: string)
function M.with_any(use, fail)
  local client = vim.lsp.get_clients({ name = NAME })[1]
  local bufnr = vim.api.nvim_get_current_buf()
  if client and client.initialized then
    use(client)
  elseif M.is_for(bufnr) then
    M.with(bufnr, use, fail)
  else
    fail(M.NO_FILE)
  end
end

--- Send a request. There is no reply if the language server stops (see `on_server_stopped`) and, in Neovim 0.10, if
--- the request is cancelled.
---@param client vim.lsp.Client
---@param bufnr? integer a buffer whose edits are sent first
---@param method string
---@param params table
---@param reply fun(error?: lsp.ResponseError, result: any)
---@return integer? # the request's id, if it was sent
function M.request(client, bufnr, method, params, reply)
  local was_sent, id = call(client, "request", method, params, reply, bufnr)
  return was_sent and id or nil
end

--- Cancel a request, if the client still runs.
---@param client_id integer
---@param request_id integer
function M.cancel_request(client_id, request_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if client then
    call(client, "cancel_request", request_id)
  end
end

--- Send a notification, if the client still runs.
---@param client_id integer
---@param method string
---@param params table
function M.notify(client_id, method, params)
  local client = vim.lsp.get_client_by_id(client_id)
  if client then
    call(client, "notify", method, params)
  end
end

return M
