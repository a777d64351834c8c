--- The functions for the user's configuration and mappings.

local M = {}

--- Set the options, and start the language server for every Python file.
---
--- Raises an error for an option that does not exist or has a wrong value.
---@param options? tutor.Options
function M.setup(options)
  require("tutor.options").set(options or {})
  require("tutor.client").enable()
end

--- Ask about the cursor's line, or about a range of lines.
---
--- `lines` are the first and the last line, counted from 1. `locally`: this computer answers, whatever service is set.
---@param about? { question?: string, lines?: integer[], locally?: boolean }
function M.ask(about)
  about = about or {}
  require("tutor.ask").ask(about.question, about.lines, about.locally)
end

--- Ask for the next hint about the place last asked about.
function M.next()
  require("tutor.ask").next()
end

--- Save the current file, run it in a terminal below, and show the line where it fails.
function M.run()
  require("tutor.run").run()
end

--- Save the current file, run its tests, list what passed, and ask about the first test that fails.
function M.test()
  require("tutor.test").test()
end

--- Show the recorded run of the first test that failed.
function M.trace()
  require("tutor.trace").show()
end

--- Start an exercise of the course in a folder. Without a module, choose one.
---@param module? string
---@param folder? string by default a folder of the module's name in the working directory
function M.start(module, folder)
  require("tutor.exercise").start(module, folder)
end

--- Choose the course of the file's folder. Without a course, choose from a list with what is left today.
---@param course? string
function M.course(course)
  require("tutor.course").choose(course)
end

--- Join a course by its code or link.
---@param code? string
function M.join(code)
  require("tutor.course").join(code)
end

--- Leave a course. Without a course, choose one.
---@param course? string
function M.leave(course)
  require("tutor.course").leave(course)
end

--- Stop the running answer, else the running tests, else the running program.
function M.stop()
  if not require("tutor.ask").stop() and not require("tutor.test").stop() then
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

--- Return the state of the tutor in a few words, for the status line. It is empty if the tutor is not in use.
---@return string
function M.status()
  return require("tutor.status").text()
end

--- Return who is signed in, in which course and module, and how many messages are left today, as far as it is known.
---@return string
function M.details()
  return require("tutor.status").details()
end

return M
