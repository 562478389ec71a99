-- Run by Neovim (0.7 and later), headless: opens a file with `kplan lsp` and writes down what it shows.
-- The environment gives KPLAN (the binary), FILE, ROOT, OUT, HOVER and RENAME (texts in the file), NEW_NAME.
local out = {}
local function say(text) for line in (text .. '\n'):gmatch('(.-)\n') do table.insert(out, line) end end
local function finish() vim.fn.writefile(out, vim.env.OUT); vim.cmd('qa!') end
local function guarded(run) return function(...)
  local ok, error = pcall(run, ...)
  if not ok then say('error: ' .. tostring(error)); finish() end
end end

local function cursor_to(text)
  vim.fn.cursor(1, 1)
  if vim.fn.search('\\V' .. text, 'c') == 0 then error('no ' .. text) end
  local column = text:match('^[%w]+: ()') or 1
  vim.fn.cursor(vim.fn.line('.'), vim.fn.col('.') + column - 1)
end
local function position() return vim.lsp.util.make_position_params(0, 'utf-16') end

guarded(function()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.FILE))
  local id = vim.lsp.start_client({ name = 'kplan', cmd = { vim.env.KPLAN, 'lsp' }, root_dir = vim.env.ROOT })
  vim.lsp.buf_attach_client(0, id)
  if not vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 50) then error('no diagnostics') end
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, false)[1]
    say(string.format('%s %d:%d-%d:%d `%s` [%s] %s', vim.diagnostic.severity[d.severity], d.lnum + 1, d.col + 1,
      d.end_lnum + 1, d.end_col + 1, line:sub(d.col + 1, d.end_col), d.code or d.user_data.lsp.code, d.message))
  end
  cursor_to(vim.env.HOVER)
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/hover', position(), 20000)
  say('hover: ' .. answers[id].result.contents.value)
  cursor_to(vim.env.RENAME)
  local params = position()
  params.newName = vim.env.NEW_NAME
  answers = vim.lsp.buf_request_sync(0, 'textDocument/rename', params, 20000)
  if not answers[id].result then error(vim.inspect(answers[id])) end
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.lsp.util.apply_workspace_edit(answers[id].result, 'utf-16')
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line ~= before[number] then say(string.format('renamed %d: %s -> %s', number, before[number], line)) end
  end
end)()
finish()
