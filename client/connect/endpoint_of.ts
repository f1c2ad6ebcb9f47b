/** Host of a URL, IPv6 without brackets, and its port or that of its scheme. */
export function endpointOf(url: URL): { readonly hostname: string; readonly port: number } {
  const { hostname, port, protocol } = url;
  const usual = protocol.startsWith("socks") ? 1080 : protocol === "https:" ? 443 : 80;
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? usual : Number(port),
  };
}
