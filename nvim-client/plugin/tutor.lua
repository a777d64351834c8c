-- The commands. The rest of the plugin is loaded when the first of them is used.

if vim.g.loaded_tutor then
  return
end
vim.g.loaded_tutor = true

vim.api.nvim_create_user_command("TutorAsk", function(command)
  local lines = command.range > 0 and { command.line1, command.line2 } or nil
  require("tutor").ask({ question = command.args, lines = lines, locally = command.bang or nil })
end, { bang = true, nargs = "*", range = true, desc = "Ask the tutor about this line" })

vim.api.nvim_create_user_command("TutorNext", function()
  require("tutor").next()
end, { desc = "Ask the tutor for the next hint on the same place" })

vim.api.nvim_create_user_command("TutorRun", function()
  require("tutor").run()
end, { desc = "Save and run this file, and go to the line where it fails" })

vim.api.nvim_create_user_command("TutorTest", function()
  require("tutor").test()
end, { desc = "Save and test this file, and ask about the first test that fails" })

vim.api.nvim_create_user_command("TutorTrace", function()
  require("tutor").trace()
end, { desc = "Show the recorded run of the first test that failed" })

vim.api.nvim_create_user_command("TutorStart", function(command)
  require("tutor").start(command.fargs[1], command.fargs[2])
end, { nargs = "*", complete = "dir", desc = "Start an exercise of the course in a folder" })

vim.api.nvim_create_user_command("TutorCourse", function(command)
  require("tutor").course(command.fargs[1])
end, { nargs = "?", desc = "Choose the course of this file's folder" })

vim.api.nvim_create_user_command("TutorJoin", function(command)
  require("tutor").join(command.fargs[1])
end, { nargs = "?", desc = "Join a course by its code or link" })

vim.api.nvim_create_user_command("TutorLeave", function(command)
  require("tutor").leave(command.fargs[1])
end, { nargs = "?", desc = "Leave a course" })

vim.api.nvim_create_user_command("TutorStop", function()
  require("tutor").stop()
end, { desc = "Stop the tutor's answer, or the tests or the program that run" })

vim.api.nvim_create_user_command("TutorSignIn", function()
  require("tutor").sign_in()
end, { desc = "Sign in to the tutor service" })

vim.api.nvim_create_user_command("TutorSignOut", function()
  require("tutor").sign_out()
end, { desc = "Sign out of the tutor service" })
