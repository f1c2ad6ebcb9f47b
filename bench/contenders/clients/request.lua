-- A request with a body: wrk … URL -- METHOD CONTENT-TYPE BODY.
function init(args)
  wrk.method = args[1]
  wrk.headers["Content-Type"] = args[2]
  wrk.body = args[3]
end
