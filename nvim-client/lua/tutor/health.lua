--- `:checkhealth tutor`: check Neovim, the language server and the connection.

local client = require("tutor.client")
local options = require("tutor.options")
local status = require("tutor.status")

local M = {}

local ANSWER_MS = 10000

local function frame(message)
  local body = vim.json.encode(vim.tbl_extend("error", { jsonrpc = "2.0" }, message))
  return ("Content-Length: %d\r\n\r\n%s"):format(#body, body)
end

--- Start a language server, initialize it and let it exit.
---@param command string[]
---@return string? version
---@return string its stderr, or why it could not be started
local function greet(command)
  local conversation = {
    frame({ id = 1, method = "initialize", params = { processId = vim.NIL, capabilities = vim.empty_dict() } }),
    frame({ id = 2, method = "shutdown" }),
    frame({ method = "exit" }),
  }
  local ok, result = pcall(function()
    return vim.system(command, { stdin = table.concat(conversation), timeout = ANSWER_MS }):wait()
  end)
  if not ok then
    return nil, tostring(result)
  end
  return result.stdout:match('"serverInfo".-"version"%s*:%s*"(.-)"'), vim.trim(result.stderr)
end

local function check_neovim()
  if vim.fn.has("nvim-0.10") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.10 or newer is needed")
  end
  if not pcall(vim.treesitter.language.inspect, "markdown") then
    vim.health.warn("no Tree-sitter parser for Markdown: answers are shown with less colour")
  end
  if vim.g.loaded_python3_provider ~= 0 and vim.fn.executable("pyenv") == 1 then
    vim.health.warn("with pyenv, Neovim can take seconds to open a Python file", {
      "If no plugin of yours is written in Python, set vim.g.loaded_python3_provider = 0",
    })
  end
end

local function check_server()
  local command = client.command()
  if not command then
    vim.health.error("tutor-lsp was not found on PATH", {
      "Install it: pip install /path/to/ask-tutor",
      "Or name it: require('tutor').setup({ cmd = { '/path/to/tutor-lsp' } })",
    })
    return
  end
  local version, complaint = greet(command)
  if version then
    vim.health.ok(("language server %s: %s"):format(version, table.concat(command, " ")))
  else
    vim.health.error(("`%s` does not answer as a language server"):format(table.concat(command, " ")), { complaint })
  end
end

local function check_connection()
  vim.health.info("service: " .. (vim.env.TUTOR_SERVER_URL or options.current.server_url or "none (local mode)"))
  if status.message then
    vim.health.info(status.message)
  else
    vim.health.info("not in use yet: open a Python file and ask with :TutorAsk")
  end
end

function M.check()
  vim.health.start("tutor")
  check_neovim()
  check_server()
  check_connection()
end

return M
