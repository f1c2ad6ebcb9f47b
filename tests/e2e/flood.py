"""Sends many tiny pieces, and prints the status, the answer and the seconds.

The pieces are chunks of a body that is posted, or on the paths /messages and /fragments those of a
WebSocket, with a last message "end" behind them; what is answered is answered with a close.
"""
import gzip, socket, sys, threading, time

port, path, count, size = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def frames(first, middle, last):
    """Frames with a mask of zeros, which leaves the bytes as they are."""
    one = lambda head, data: bytes([head, 0x80 | len(data), 0, 0, 0, 0]) + data
    data = b"x" * size
    yield one(first, data)
    yield one(middle, data) * (count - 2)
    yield one(last, data)
    yield one(0x81, b"end")


def chunks():
    body = b"x" * (count * size)
    if path.startswith("/coded"):
        body = gzip.compress(body, 0)
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


if path in ("/messages", "/fragments"):
    wire = b"".join(frames(0x82, 0x82, 0x82) if path == "/messages" else frames(0x02, 0, 0x80))
    head = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
else:
    wire = b"".join(chunks())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Encoding: {'gzip' if path.startswith('/coded') else 'identity'}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )


def send():
    try:
        connection.sendall(head.encode() + wire)
    except OSError:
        pass  # it was refused before its end


began = time.monotonic()
with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
    # The answer is read meanwhile: what comes after a reset would be lost.
    threading.Thread(target=send, daemon=True).start()
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
        if b" bytes" in answer:
            connection.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
            break
text = " ".join(answer.split(b"\r\n\r\n", 1)[1].decode(errors="replace").split())
print(answer[9:12].decode(), text, f"{time.monotonic() - began:.2f}")
