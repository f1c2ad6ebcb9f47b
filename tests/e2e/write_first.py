"""Writes the whole body before it reads a word, and prints what it saw of the answer."""
import collections, http.client, sys

port, path, size, chunked, times = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "chunked", int(sys.argv[5])
head = b'--B\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
body = head + b"x" * (size - len(head))
seen = collections.Counter()
for _ in range(times):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    try:
        if chunked:
            pieces = (body[at:at + 65536] for at in range(0, size, 65536))
            connection.request("POST", path, body=pieces, headers=headers, encode_chunked=True)
        else:
            connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        seen[str(answer.status)] += 1
    except Exception as error:
        seen[type(error).__name__] += 1
    connection.close()
print(" ".join(f"{status}*{count}" for status, count in seen.items()))
