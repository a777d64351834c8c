--- Start an exercise of the course: choose a module, lay its files into a folder, and open them.

local client = require("tutor.client")

local M = {}

---@param error table
local function fail(error)
  vim.notify(error.message, vim.log.levels.ERROR)
end

---@param result table `ExerciseStarted`
local function show(result)
  vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(result.statement)))
  if result.program then
    vim.cmd("vertical split " .. vim.fn.fnameescape(vim.uri_to_fname(result.program)))
  end
  vim.notify(result.message)
end

---@param lsp_client vim.lsp.Client
---@param module string
---@param folder? string by default a folder of the module's name in the working directory
local function start_in(lsp_client, module, folder)
  local path = vim.fn.fnamemodify(folder or module, ":p"):gsub("/$", "")
  local argument = { moduleId = module, folder = vim.uri_from_fname(path) }
  local params = { command = "tutor.start", arguments = { argument } }
  client.request(lsp_client, nil, "workspace/executeCommand", params, function(error, result)
    if error then
      fail(error)
    else
      show(result)
    end
  end)
end

---@param lsp_client vim.lsp.Client
---@param choose fun(module: string)
local function pick(lsp_client, choose)
  local params = { command = "tutor.modules", arguments = { vim.empty_dict() } }
  client.request(lsp_client, nil, "workspace/executeCommand", params, function(error, result)
    if error then
      fail(error)
      return
    end
    local options = {
      prompt = "Which exercise?",
      format_item = function(module)
        return module.title
      end,
    }
    vim.ui.select(result.modules, options, function(module)
      if module then
        choose(module.id)
      end
    end)
  end)
end

--- Start an exercise. Without a module, the student chooses one.
---@param module? string
---@param folder? string
function M.start(module, folder)
  client.with_any(function(lsp_client)
    if module then
      start_in(lsp_client, module, folder)
    else
      pick(lsp_client, function(chosen)
        start_in(lsp_client, chosen, folder)
      end)
    end
  end, function(reason)
    vim.notify(reason, vim.log.levels.WARN)
  end)
end

return M
