-- A POST of JSON of about 1 KB.
wrk.method = "POST"
wrk.body = '{"text":"' .. string.rep("x", 1000) .. '"}'
wrk.headers["Content-Type"] = "application/json"
