"""Posts a chunked body of many tiny pieces, and prints the status, the answer and the seconds."""
import gzip, socket, sys, time

port, path, count, size = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
coded = path.startswith("/coded")
body = b"x" * (count * size)
if coded:
    body = gzip.compress(body, 0)
head = (
    f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
    f"Content-Encoding: {'gzip' if coded else 'identity'}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)
pieces = (body[at:at + size] for at in range(0, len(body), size))
wire = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
began = time.monotonic()
with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
    connection.sendall(head.encode() + wire + b"0\r\n\r\n")
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
text = " ".join(answer.decode().split("\r\n\r\n", 1)[1].split())
print(answer[9:12].decode(), text, f"{time.monotonic() - began:.2f}")
