--- Sign in to a tutor service and out. The language server shows the page and the code.

local client = require("tutor.client")

local M = {}

---@param command "tutor.signIn"|"tutor.signOut"
local function execute(command)
  client.with_any(function(lsp_client)
    client.request(lsp_client, nil, "workspace/executeCommand", { command = command }, function(error)
      if error then
        vim.notify(error.message, vim.log.levels.ERROR)
      end
    end)
  end, function(reason)
    vim.notify(reason, vim.log.levels.WARN)
  end)
end

function M.sign_in()
  execute("tutor.signIn")
end

function M.sign_out()
  execute("tutor.signOut")
end

return M
