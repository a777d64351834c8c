--- Check and keep the user's options.

local M = {}

---@class tutor.Options
---@field cmd? string[] the language server's command; by default `tutor-lsp` on PATH
---@field server_url? string the tutor service; local mode without it and TUTOR_SERVER_URL
---@field student_number? string the pattern of student numbers, a regular expression of Python
---@field programming_level? integer the student's level, 1 to 5, in local mode
---@field maths_level? integer the student's level, 1 to 5, in local mode
---@field diagnostics? boolean whether the tutor reports errors by itself
---@field window? "float"|"split" where answers appear

---@type tutor.Options
local defaults = { window = "float" }

---@type tutor.Options
M.current = defaults

local function is_level(value)
  return vim.list_contains({ 1, 2, 3, 4, 5 }, value)
end

local function is_command(value)
  return vim.islist(value) and #value > 0 and vim.iter(value):all(function(word)
    return type(word) == "string"
  end)
end

---@type table<string, { is: (fun(value: any): boolean), what: string }>
local rules = {
  cmd = { is = is_command, what = "a list of strings" },
  server_url = {
    is = function(value)
      return type(value) == "string"
    end,
    what = "a string",
  },
  student_number = {
    is = function(value)
      return type(value) == "string"
    end,
    what = "a string",
  },
  programming_level = { is = is_level, what = "1, 2, 3, 4 or 5" },
  maths_level = { is = is_level, what = "1, 2, 3, 4 or 5" },
  diagnostics = {
    is = function(value)
      return type(value) == "boolean"
    end,
    what = "true or false",
  },
  window = {
    is = function(value)
      return value == "float" or value == "split"
    end,
    what = '"float" or "split"',
  },
}

--- Set the user's options; the others get their defaults. Raise an error that names a wrong option.
---@param options tutor.Options
function M.set(options)
  for name, value in pairs(options) do
    local rule = rules[name]
    if not rule then
      error(("tutor: there is no option `%s`; see :help tutor-options"):format(name), 0)
    elseif not rule.is(value) then
      error(("tutor: the option `%s` must be %s"):format(name, rule.what), 0)
    end
  end
  M.current = vim.tbl_extend("force", defaults, options)
end

--- Return the options for the language server's `initialize`.
---@return table
function M.for_server()
  return {
    serverUrl = M.current.server_url,
    studentNumber = M.current.student_number,
    programmingLevel = M.current.programming_level,
    mathsLevel = M.current.maths_level,
    diagnostics = M.current.diagnostics,
  }
end

return M
