--- The student's courses: join one, leave one, and choose the one of the file's folder.

local client = require("tutor.client")

local M = {}

---@param error table
local function fail(error)
  vim.notify(error.message, vim.log.levels.ERROR)
end

--- Execute a command of the language server.
---@param command string
---@param argument table
---@param use fun(result: any)
local function execute(command, argument, use)
  client.with_any(function(lsp_client)
    local params = { command = command, arguments = { argument } }
    client.request(lsp_client, nil, "workspace/executeCommand", params, function(error, result)
      if error then
        fail(error)
      else
        use(result)
      end
    end)
  end, function(reason)
    vim.notify(reason, vim.log.levels.WARN)
  end)
end

--- Return the buffer that the student works in: the current one, or in a hint's window the code that it is about.
---@return integer
local function working_buffer()
  local bufnr = vim.api.nvim_get_current_buf()
  return vim.bo[bufnr].buftype == "" and bufnr or require("tutor.ask").buffer() or bufnr
end

--- Return the URI of a file, or nil if the buffer has none.
---@param bufnr integer
---@return string?
local function uri_of(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return vim.bo[bufnr].buftype == "" and name ~= "" and vim.uri_from_fname(name) or nil
end

---@param course table
---@param chosen? string
---@return string
local function in_words(course, chosen)
  local words = { course.title }
  if course.role ~= "student" then
    table.insert(words, course.role)
  end
  if course.remainingToday then
    table.insert(words, ("%d left today"):format(course.remainingToday))
  end
  if course.slug == chosen then
    table.insert(words, "this folder's")
  end
  return table.concat(words, " · ")
end

--- Let the student pick one of the courses.
---@param bufnr integer
---@param prompt string
---@param use fun(course: table)
local function pick(bufnr, prompt, use)
  execute("tutor.courses", { uri = uri_of(bufnr) or vim.NIL }, function(result)
    if #result.courses == 0 then
      vim.notify("You are in no course. Join one with :TutorJoin CODE.", vim.log.levels.WARN)
      return
    end
    local options = {
      prompt = prompt,
      format_item = function(course)
        return in_words(course, result.chosen)
      end,
    }
    vim.ui.select(result.courses, options, function(course)
      if course then
        use(course)
      end
    end)
  end)
end

--- Keep a course for the folder of a file.
---@param bufnr integer
---@param course string
---@param done? fun()
local function keep(bufnr, course, done)
  local uri = uri_of(bufnr)
  local path = uri and vim.uri_to_fname(uri)
  local folder = path and vim.fs.dirname(path) or vim.fn.getcwd()
  local argument = { folder = vim.uri_from_fname(folder), course = course, uri = uri }
  execute("tutor.chooseCourse", argument, function()
    vim.notify(("Questions in %s are now asked in %s."):format(vim.fs.basename(folder), course))
    if done then
      done()
    end
  end)
end

--- Choose the course of the file's folder. Without a course, the student picks one.
---@param course? string
---@param bufnr? integer by default the one that the student works in
---@param done? fun() called once the choice is kept
function M.choose(course, bufnr, done)
  bufnr = bufnr or working_buffer()
  if course then
    keep(bufnr, course, done)
    return
  end
  pick(bufnr, "Which course is this folder for?", function(chosen)
    keep(bufnr, chosen.slug, done)
  end)
end

--- Join the course that a code or a link opens. Without one, the student is asked for it.
---@param code? string
function M.join(code)
  local function join(text)
    if text and vim.trim(text) ~= "" then
      execute("tutor.joinCourse", { code = text }, function(course)
        vim.notify(("You are in %s (%s), as %s."):format(course.title, course.slug, course.role))
      end)
    end
  end
  if code then
    join(code)
  else
    vim.ui.input({ prompt = "The code or the link of the course: " }, join)
  end
end

--- Leave a course. Without a course, the student picks one.
---@param course? string
function M.leave(course)
  local function leave(slug)
    execute("tutor.leaveCourse", { course = slug }, function()
      vim.notify(("You have left %s."):format(slug))
    end)
  end
  if course then
    leave(course)
  else
    pick(working_buffer(), "Which course do you leave?", function(chosen)
      leave(chosen.slug)
    end)
  end
end

return M
