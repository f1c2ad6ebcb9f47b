"""Becomes nginx, so that the process that is measured is its only worker."""

import argparse
import os
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--copying", action="store_true")
arguments = parser.parse_args()

prefix = tempfile.mkdtemp(prefix="bench-nginx-")
with open(f"{prefix}/nginx.conf", "w") as file:
    file.write(
        f"""
daemon off; master_process off; pid {prefix}/nginx.pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile {"off" if arguments.copying else "on"}; tcp_nopush on; keepalive_requests 1000000;
    client_body_temp_path {prefix}; proxy_temp_path {prefix}; fastcgi_temp_path {prefix};
    uwsgi_temp_path {prefix}; scgi_temp_path {prefix};
    server {{
        listen 127.0.0.1:{arguments.port};
        location /static/ {{ alias {arguments.folder}; }}
    }}
}}
"""
    )
path = os.environ.get("PATH", "") + ":/usr/sbin"
os.execvpe("nginx", ["nginx", "-p", prefix, "-c", f"{prefix}/nginx.conf"], {**os.environ, "PATH": path})
