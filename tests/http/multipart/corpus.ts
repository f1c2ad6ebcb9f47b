/** Multipart bodies byte for byte, and their content. Text is UTF-8 unless given as bytes. */

/** Expected content of a part. */
export interface ExpectedPart {
  name?: string | null;
  filename?: string | null;
  type?: string;
  headers?: Record<string, string>;
  /** Content, each byte as one character unless it is text beyond ISO-8859-1. */
  data: string;
}

/** Expected content of a nested multipart. */
export interface ExpectedNesting {
  type: string;
  name?: string | null;
  parts: ExpectedPart[];
}

export interface CorpusCase {
  name: string;
  type: string;
  body: string | Uint8Array<ArrayBuffer>;
  parts: (ExpectedPart | ExpectedNesting)[];
}

const webkit = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
const firefox = "---------------------------9051914041544843365972754266";
const curl = "------------------------d74496d66958873e";
const form = (boundary: string) => `multipart/form-data; boundary=${boundary}`;
const field = (name: string, data: string, boundary = "X") =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${data}\r\n`;
const one = (data: string) => field("a", data) + "--X--\r\n";

export const corpus: CorpusCase[] = [
  {
    name: "Chromium sends text fields and a file",
    type: form(webkit),
    body: field("user", "ann", webkit) +
      `--${webkit}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n` +
      `Content-Type: text/plain\r\n\r\nline one\r\nline two\r\n\r\n--${webkit}--\r\n`,
    parts: [
      { name: "user", filename: null, type: "text/plain", data: "ann" },
      { name: "file", filename: "a.txt", type: "text/plain", data: "line one\r\nline two\r\n" },
    ],
  },
  {
    name: "Chromium escapes quotes and line ends in names",
    type: form(webkit),
    body: `--${webkit}\r\nContent-Disposition: form-data; name="a%22b%0D%0Ac"; ` +
      `filename="x%22y.txt"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--${webkit}--\r\n`,
    parts: [{ name: 'a"b\r\nc', filename: 'x"y.txt', data: "" }],
  },
  {
    name: "Firefox sends UTF-8 names",
    type: form(firefox),
    body: `--${firefox}\r\nContent-Disposition: form-data; name="größe"; filename="日本.png"\r\n` +
      `Content-Type: image/png\r\n\r\n\x89PNG\r\n--${firefox}--\r\n`,
    parts: [{ name: "größe", filename: "日本.png", type: "image/png", data: "\u0089PNG" }],
  },
  {
    name: "Safari sends an empty file input",
    type: form("----WebKitFormBoundaryzzz"),
    body:
      `------WebKitFormBoundaryzzz\r\nContent-Disposition: form-data; name="f"; filename=""\r\n` +
      `Content-Type: application/octet-stream\r\n\r\n\r\n------WebKitFormBoundaryzzz--\r\n`,
    parts: [{ name: "f", filename: "", type: "application/octet-stream", data: "" }],
  },
  {
    name: "Internet Explorer sends a full path",
    type: form("---------------------------7de1"),
    body: `-----------------------------7de1\r\nContent-Disposition: form-data; name="f"; ` +
      `filename="C:\\new\\table.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n` +
      `-----------------------------7de1--\r\n`,
    parts: [{ name: "f", filename: "C:\\new\\table.txt", data: "x" }],
  },
  {
    name: "curl sends a form",
    type: form(curl),
    body: `--${curl}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${curl}\r\n` +
      `Content-Disposition: form-data; name="f"; filename="b.bin"\r\n` +
      `Content-Type: application/octet-stream\r\n\r\n\0\x01\x02\r\n--${curl}--\r\n`,
    parts: [{ name: "a", data: "1" }, { name: "f", filename: "b.bin", data: "\0\x01\x02" }],
  },
  {
    name: "curl before 7.81 escapes quotes with backslashes",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data; name="f"; filename="a\\"b\\\\c.txt"\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "f", filename: 'a"b\\c.txt', data: "1" }],
  },
  {
    name: "a name ends with a backslash",
    type: form("X"),
    body: `--X\r\nContent-Disposition: form-data; name="a\\"; filename="b\\"\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a\\", filename: "b\\", data: "1" }],
  },
  {
    name: "aiohttp sends the type first, a part's length, and a name beyond ASCII as name*",
    type: form("5d41402abc4b2a76b9719d911017c592"),
    body: `--5d41402abc4b2a76b9719d911017c592\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Disposition: form-data; name*=utf-8''%C3%A9\r\n\r\nü\r\n` +
      `--5d41402abc4b2a76b9719d911017c592--\r\n`,
    parts: [{ name: "é", filename: null, type: "text/plain", data: "ü" }],
  },
  {
    name: "Python requests sends only what it must",
    type: form("X"),
    body: `--X\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nhi\r\n--X--\r\n`,
    parts: [{ name: "a", filename: "a", type: "text/plain", data: "hi" }],
  },
  {
    name: "filename* is ignored beside filename in form-data",
    type: form("X"),
    body: `--X\r\nContent-Disposition: form-data; name="a"; filename="safe.txt"; ` +
      `filename*=UTF-8''evil.sh\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", filename: "safe.txt", data: "1" }],
  },
  {
    name: "filename* alone makes a file in form-data",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data; name="a"; filename*=UTF-8''e.sh\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", filename: "e.sh", data: "1" }],
  },
  {
    name: "filename* wins elsewhere",
    type: "multipart/mixed; boundary=X",
    body: `--X\r\nContent-Disposition: attachment; filename="e.txt"; ` +
      `filename*=UTF-8''%D0%B6.txt\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: null, filename: "ж.txt", data: "1" }],
  },
  {
    name: "continuations of RFC 2231 are joined elsewhere",
    type: "multipart/mixed; boundary=X",
    body: `--X\r\nContent-Disposition: attachment; filename*0*=UTF-8''%D0%B6; filename*1="%20a"; ` +
      `filename*2*=%20b\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: null, filename: "ж%20a b", data: "1" }],
  },
  { name: "a form has no fields", type: form("X"), body: "--X--\r\n", parts: [] },
  {
    name: "the last line end is missing",
    type: form("X"),
    body: one("1").slice(0, -2),
    parts: [{ name: "a", data: "1" }],
  },
  { name: "a value is empty", type: form("X"), body: one(""), parts: [{ name: "a", data: "" }] },
  {
    name: "an empty value has no line end of its own",
    type: form("X"),
    body: `--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n--X--\r\n`,
    parts: [{ name: "a", data: "" }],
  },
  {
    name: "a value is a line end",
    type: form("X"),
    body: one("\r\n"),
    parts: [{ name: "a", data: "\r\n" }],
  },
  {
    name: "a value begins with line ends",
    type: form("X"),
    body: one("\r\n\r\nx"),
    parts: [{ name: "a", data: "\r\n\r\nx" }],
  },
  {
    name: "a value is CRs",
    type: form("X"),
    body: one("\r\r\r\r\r"),
    parts: [{ name: "a", data: "\r\r\r\r\r" }],
  },
  {
    name: "a value is LFs",
    type: form("X"),
    body: one("\n\n\n"),
    parts: [{ name: "a", data: "\n\n\n" }],
  },
  {
    name: "a value mixes line ends",
    type: form("X"),
    body: one("\n\r\n\r\r\n\n\r"),
    parts: [{ name: "a", data: "\n\r\n\r\r\n\n\r" }],
  },
  {
    name: "a value ends with CR",
    type: form("X"),
    body: one("x\r"),
    parts: [{ name: "a", data: "x\r" }],
  },
  {
    name: "a value holds beginnings of the delimiter",
    type: form("boundary"),
    body: field("a", "\r\n--bound\r\n--boundar\r\n-\r\n--\r\n", "boundary") + "--boundary--\r\n",
    parts: [{ name: "a", data: "\r\n--bound\r\n--boundar\r\n-\r\n--\r\n" }],
  },
  {
    name: "a longer boundary is content",
    type: form("X"),
    body: one("\r\n--XYZ\r\n--X-\r\n--X -"),
    parts: [{ name: "a", data: "\r\n--XYZ\r\n--X-\r\n--X -" }],
  },
  {
    name: "a value begins with a longer boundary",
    type: form("X"),
    body: one("--XY"),
    parts: [{ name: "a", data: "--XY" }],
  },
  {
    name: "a boundary without the CR is content",
    type: form("X"),
    body: one("1\n--X\n2\n--X--\n3"),
    parts: [{ name: "a", data: "1\n--X\n2\n--X--\n3" }],
  },
  {
    name: "a boundary within a line is content",
    type: form("X"),
    body: one("1--X--2--X"),
    parts: [{ name: "a", data: "1--X--2--X" }],
  },
  {
    name: "blanks after a boundary and a CR alone are content",
    type: form("X"),
    body: one("1\r\n--X \t\rY\r\n--X\rZ"),
    parts: [{ name: "a", data: "1\r\n--X \t\rY\r\n--X\rZ" }],
  },
  {
    name: "blanks follow a boundary",
    type: form("X"),
    body:
      `--X \t \r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X\t\r\nContent-Disposition: form-data; name="b"\r\n\r\n2\r\n--X-- \r\n`,
    parts: [{ name: "a", data: "1" }, { name: "b", data: "2" }],
  },
  {
    name: "the boundary is quoted and odd",
    type: `multipart/form-data; charset=utf-8; boundary="a'()+_,-./:=? b"`,
    body: field("a", "1", "a'()+_,-./:=? b") + "--a'()+_,-./:=? b--",
    parts: [{ name: "a", data: "1" }],
  },
  {
    name: "the boundary is one character",
    type: form("0"),
    body: field("a", "0--0\r\n-0", "0") + "--0--",
    parts: [{ name: "a", data: "0--0\r\n-0" }],
  },
  {
    name: "the boundary is 70 dashes",
    type: form("-".repeat(70)),
    body: field("a", "x" + "-".repeat(75), "-".repeat(70)) + "-".repeat(74) + "\r\n",
    parts: [{ name: "a", data: "x" + "-".repeat(75) }],
  },
  {
    name: "the header names are in upper case",
    type: "MULTIPART/FORM-DATA; BOUNDARY=X",
    body:
      `--X\r\nCONTENT-DISPOSITION: FORM-DATA; NAME="a"\r\nCONTENT-TYPE: TEXT/HTML\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", type: "text/html", data: "1" }],
  },
  {
    name: "headers have odd blanks",
    type: form("X"),
    body:
      `--X\r\ncontent-disposition:\tform-data  ;  name = "a" ; \r\nX-Empty:\r\nX-Colon: a:b\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", headers: { "x-empty": "", "x-colon": "a:b" }, data: "1" }],
  },
  {
    name: "parameters are tokens and come in another order",
    type: form("X"),
    body: `--X\r\nContent-Disposition: form-data; filename=a.txt; name=b\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "b", filename: "a.txt", data: "1" }],
  },
  {
    name: "names hold separators",
    type: form("X"),
    body: field("a;b=c,d e:f", "1") + "--X--\r\n",
    parts: [{ name: "a;b=c,d e:f", data: "1" }],
  },
  {
    name: "a header is folded",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data;\r\n\tname="a";\r\n  filename="b"\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", filename: "b", data: "1" }],
  },
  {
    name: "headers that no one knows repeat",
    type: form("X"),
    body:
      `--X\r\nX-A: 1\r\nX-A: 2\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--\r\n`,
    parts: [{ name: "a", headers: { "x-a": "1, 2" }, data: "1" }],
  },
  {
    name: "names repeat and are those of prototypes",
    type: form("X"),
    body: field("__proto__", "1") + field("__proto__", "2") + field("constructor[prototype]", "3") +
      "--X--\r\n",
    parts: [{ name: "__proto__", data: "1" }, { name: "__proto__", data: "2" }, {
      name: "constructor[prototype]",
      data: "3",
    }],
  },
  {
    name: "a name is empty",
    type: form("X"),
    body: field("", "1") + "--X--\r\n",
    parts: [{ name: "", data: "1" }],
  },
  {
    name: "a name holds control characters",
    type: form("X"),
    body: field("a\x01\x1b[2J\x7f", "1") + "--X--\r\n",
    parts: [{ name: "a\x01\x1b[2J\x7f", data: "1" }],
  },
  {
    name: "a part's Content-Length is wrong",
    type: "multipart/mixed; boundary=X",
    body:
      `--X\r\nContent-Length: -1\r\n\r\n123\r\n--X\r\nContent-Length: 999\r\n\r\n4\r\n--X--\r\n`,
    parts: [{ name: null, data: "123" }, { name: null, data: "4" }],
  },
  {
    name: "an identity encoding is said",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n1=3D\r\n--X--\r\n`,
    parts: [{ name: "a", data: "1=3D" }],
  },
  {
    name: "a preamble and an epilogue surround the parts",
    type: "multipart/mixed; boundary=X",
    body:
      `This is a message\r\n--XY\r\nin parts.\r\n--X\r\n\r\n1\r\n--X--\r\nAnd this\r\n--X\r\nfollows.\r\n`,
    parts: [{ name: null, filename: null, data: "1" }],
  },
  {
    name: "a preamble is an empty line",
    type: form("X"),
    body: "\r\n" + one("1"),
    parts: [{ name: "a", data: "1" }],
  },
  {
    name: "a preamble is CRs",
    type: form("X"),
    body: "\r\r\r\r\n" + one("1"),
    parts: [{ name: "a", data: "1" }],
  },
  {
    name: "the preamble looks like a boundary",
    type: form("X"),
    body: "--XX\r\n-\r\n--X-\r\n" + one("1"),
    parts: [{ name: "a", data: "1" }],
  },
  {
    name: "something follows the closing delimiter at once",
    type: form("X"),
    body: one("1").slice(0, -2) + "junk",
    parts: [{ name: "a", data: "1" }],
  },
  {
    name: "parts have no headers",
    type: "multipart/mixed; boundary=X",
    body: "--X\r\n\r\n1\r\n--X\r\n\r\n\r\n--X\r\n\r\n--X--",
    parts: [{ name: null, data: "1" }, { name: null, data: "" }, { name: null, data: "" }],
  },
  {
    name: "byte ranges come in parts",
    type: "multipart/byteranges; boundary=THIS_STRING_SEPARATES",
    body:
      `--THIS_STRING_SEPARATES\r\nContent-Type: application/pdf\r\nContent-Range: bytes 0-1/8000\r\n\r\n%P\r\n--THIS_STRING_SEPARATES\r\nContent-Type: application/pdf\r\nContent-Range: bytes 7-8/8000\r\n\r\nxy\r\n--THIS_STRING_SEPARATES--\r\n`,
    parts: [{
      name: null,
      type: "application/pdf",
      headers: { "content-range": "bytes 0-1/8000" },
      data: "%P",
    }, { name: null, headers: { "content-range": "bytes 7-8/8000" }, data: "xy" }],
  },
  {
    name: "a multipart is nested",
    type: "multipart/mixed; boundary=X",
    body:
      "--X\r\nContent-Type: multipart/related; boundary=Y\r\n\r\n--Y\r\n\r\n1\r\n--Y\r\nContent-Type: text/html\r\n\r\n\r\n2\r\n--Y--\r\nepilogue\r\n--X\r\n\r\n3\r\n--X--\r\n",
    parts: [{
      type: "multipart/related",
      parts: [{ data: "1" }, { type: "text/html", data: "\r\n2" }],
    }, { data: "3" }],
  },
  {
    name: "the nested boundary extends the outer one",
    type: "multipart/mixed; boundary=X",
    body:
      "--X\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n--XX\r\n\r\n1\r\n--XX--\r\n--X--\r\n",
    parts: [{ type: "multipart/mixed", parts: [{ data: "1" }] }],
  },
  {
    name: "RFC 2388 puts files of one field in a nested multipart",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data; name="files"\r\nContent-Type: multipart/mixed; boundary=Y\r\n\r\n--Y\r\nContent-Disposition: file; filename="1.txt"\r\n\r\n1\r\n--Y--\r\n--X--\r\n`,
    parts: [{ type: "multipart/mixed", name: "files", parts: [{ filename: "1.txt", data: "1" }] }],
  },
  {
    name: "a file of a multipart type is a file",
    type: form("X"),
    body:
      `--X\r\nContent-Disposition: form-data; name="f"; filename="page.mhtml"\r\nContent-Type: multipart/related\r\n\r\n--Y\r\n\r\n--Y--\r\n--X--\r\n`,
    parts: [{
      name: "f",
      filename: "page.mhtml",
      type: "multipart/related",
      data: "--Y\r\n\r\n--Y--",
    }],
  },
  {
    name: "content is every byte",
    type: form("X"),
    body: Uint8Array.from([
      ...new TextEncoder().encode(
        `--X\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n`,
      ),
      ...Array(256).keys(),
      ...new TextEncoder().encode("\r\n--X--\r\n"),
    ]),
    parts: [{ name: "a", filename: "b", data: String.fromCharCode(...Array(256).keys()) }],
  },
  {
    name: "a name is not UTF-8",
    type: form("X"),
    body: Uint8Array.from([
      ...new TextEncoder().encode(`--X\r\nContent-Disposition: form-data; name="`),
      0xe9,
      ...new TextEncoder().encode(`"\r\n\r\n1\r\n--X--\r\n`),
    ]),
    parts: [{ name: "é", data: "1" }],
  },
];

export interface MalformedCase {
  name: string;
  type: string;
  body: string;
  /** Name of the error class. */
  error: string;
}

const part = (headers: string) => `--X\r\n${headers}\r\n\r\n1\r\n--X--\r\n`;
const disposition = 'Content-Disposition: form-data; name="a"';

export const malformed: MalformedCase[] = [
  { name: "the body is empty", type: form("X"), body: "", error: "MultipartTruncatedError" },
  {
    name: "there is no boundary in the body",
    type: form("X"),
    body: "a=1&b=2",
    error: "MultipartTruncatedError",
  },
  {
    name: "the body uses another boundary",
    type: form("Y"),
    body: one("1"),
    error: "MultipartTruncatedError",
  },
  {
    name: "the lines end with LF alone",
    type: form("X"),
    body: one("1").replaceAll("\r", ""),
    error: "MultipartTruncatedError",
  },
  {
    name: "a header line ends with LF alone",
    type: form("X"),
    body: part(`${disposition}\nX: y`),
    error: "MultipartSyntaxError",
  },
  {
    name: "the blank line is LF alone",
    type: form("X"),
    body: `--X\r\n${disposition}\r\n\n1\r\n--X--`,
    error: "MultipartSyntaxError",
  },
  {
    name: "a header has no colon",
    type: form("X"),
    body: part(`${disposition}\r\nno colon`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a header has no name",
    type: form("X"),
    body: part(`${disposition}\r\n: x`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a blank stands before the colon",
    type: form("X"),
    body: part(`Content-Disposition : form-data; name="a"`),
    error: "MultipartSyntaxError",
  },
  {
    name: "the first header line is folded",
    type: form("X"),
    body: part(` ${disposition}`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a header holds NUL",
    type: form("X"),
    body: part(`Content-Disposition: form-data; name="a\0"`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a header holds a bare CR",
    type: form("X"),
    body: part(`${disposition}\r; filename=x`),
    error: "MultipartSyntaxError",
  },
  {
    name: "the headers are cut off by a boundary",
    type: form("X"),
    body: `--X\r\n${disposition}\r\n--X--\r\n`,
    error: "MultipartTruncatedError",
  },
  {
    name: "Content-Disposition is missing",
    type: form("X"),
    body: part("Content-Type: text/plain"),
    error: "MultipartSyntaxError",
  },
  {
    name: "Content-Disposition comes twice",
    type: form("X"),
    body: part(`${disposition}\r\n${disposition}`),
    error: "MultipartSyntaxError",
  },
  {
    name: "Content-Disposition is not form-data",
    type: form("X"),
    body: part(`Content-Disposition: attachment; name="a"`),
    error: "MultipartSyntaxError",
  },
  {
    name: "the name is missing",
    type: form("X"),
    body: part("Content-Disposition: form-data"),
    error: "MultipartSyntaxError",
  },
  {
    name: "the name comes twice",
    type: form("X"),
    body: part(`${disposition}; name="b"`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a quote is open",
    type: form("X"),
    body: part(`Content-Disposition: form-data; name="a`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a parameter has no value",
    type: form("X"),
    body: part(`${disposition}; filename`),
    error: "MultipartSyntaxError",
  },
  {
    name: "something follows a closing quote",
    type: form("X"),
    body: part(`${disposition} b`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a field is base64",
    type: form("X"),
    body: part(`${disposition}\r\nContent-Transfer-Encoding: base64`),
    error: "MultipartEncodingError",
  },
  {
    name: "a field is compressed",
    type: form("X"),
    body: part(`${disposition}\r\nContent-Encoding: gzip`),
    error: "MultipartEncodingError",
  },
  {
    name: "a boundary is followed by too many blanks",
    type: form("X"),
    body: one("1").replace("--X--", `--X${" ".repeat(257)}\r\n`),
    error: "MultipartSyntaxError",
  },
  {
    name: "a nested multipart has no boundary",
    type: "multipart/mixed; boundary=X",
    body: part("Content-Type: multipart/mixed"),
    error: "MultipartSyntaxError",
  },
  {
    name: "a nested multipart has no end",
    type: "multipart/mixed; boundary=X",
    body: "--X\r\nContent-Type: multipart/mixed; boundary=Y\r\n\r\n--Y\r\n\r\n1\r\n--X--\r\n",
    error: "MultipartTruncatedError",
  },
  {
    name: "a nested multipart has the outer boundary",
    type: "multipart/mixed; boundary=X",
    body:
      "--X\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n\r\n1\r\n--X--\r\n--X--\r\n",
    error: "MultipartTruncatedError",
  },
  {
    name: "dicer crashed on a part without headers' end",
    type: form("----WebKitFormBoundaryoo6vortfDzBsDiro"),
    body:
      '------WebKitFormBoundaryoo6vortfDzBsDiro\r\n Content-Disposition: form-data; name="bildbeschreibung"\r\n\r\n\r\n------WebKitFormBoundaryoo6vortfDzBsDiro--',
    error: "MultipartSyntaxError",
  },
  {
    name: "multer crashed on a lone header",
    type: form("X"),
    body: '--X\r\nContent-Disposition: form-data; name="',
    error: "MultipartTruncatedError",
  },
];

/** Content types that are not multipart, or lack a valid boundary. */
export const badTypes: [type: string | null, error: string][] = [
  [null, "MultipartSyntaxError"],
  ["", "MultipartSyntaxError"],
  ["text/plain; boundary=X", "MultipartSyntaxError"],
  ["multipart/form-data", "MultipartSyntaxError"],
  ["multipart/form-data; boundary=", "MultipartSyntaxError"],
  ['multipart/form-data; boundary=""', "MultipartSyntaxError"],
  ['multipart/form-data; boundary="X "', "MultipartSyntaxError"],
  ["multipart/form-data; boundary=é", "MultipartSyntaxError"],
  ['multipart/form-data; boundary="a\\\tb"', "MultipartSyntaxError"],
  [`multipart/form-data; boundary=${"x".repeat(71)}`, "MultipartLimitError"],
];
