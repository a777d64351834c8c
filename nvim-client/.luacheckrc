std = "luajit"
read_globals = { "vim" }
globals = { "vim.bo", "vim.g", "vim.wo" }
max_line_length = 120
