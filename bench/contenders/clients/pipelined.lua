-- Sixteen requests in one write.
init = function()
  local all = {}
  for i = 1, 16 do all[i] = wrk.format("GET", "/") end
  batch = table.concat(all)
end
request = function() return batch end
