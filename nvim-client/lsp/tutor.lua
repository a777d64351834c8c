-- For `vim.lsp.enable("tutor")`, Neovim 0.11.

return require("tutor.client").config()
