--- What a configuration or a mapping calls.

local M = {}

--- Take the options and start the language server with every Python file.
---
--- Raises an error for an option that does not exist or has a wrong value.
---@param options? tutor.Options
function M.setup(options)
  require("tutor.options").set(options or {})
  require("tutor.client").enable()
end

--- Ask about the cursor's line, or about a range of lines.
---
--- `lines` are the first and the last, counted from 1; `locally`: answered on this computer, whatever service is set.
---@param about? { question?: string, lines?: integer[], locally?: boolean }
function M.ask(about)
  about = about or {}
  require("tutor.ask").ask(about.question, about.lines, about.locally)
end

--- Ask for the next hint on the place last asked about.
function M.next()
  require("tutor.ask").next()
end

--- Save the current file, run it, and go to the line where it fails.
function M.run()
  require("tutor.run").run()
end

--- Stop the answer that streams, or else the program that runs.
function M.stop()
  if not require("tutor.ask").stop() then
    require("tutor.run").stop()
  end
end

--- Sign in to the tutor service, in a browser.
function M.sign_in()
  require("tutor.account").sign_in()
end

--- Sign out, here and in other windows.
function M.sign_out()
  require("tutor.account").sign_out()
end

--- Say in a few words how the tutor is reached, for the status line; empty where it is not in use.
---@return string
function M.status()
  return require("tutor.status").text()
end

return M
